# frozen_string_literal: true

# The newest dated edition of CHANGELOG.md, not the clock, is the time of the site and the last change of the article:
# in the feed, the sitemap, the page and what it tells search engines. The same sources give the same bytes.
module Edition
  CHANGELOG = File.expand_path("../CHANGELOG.md", __dir__)
  HEADING = /^## \[[^\]]+\] - (\d{4}-\d{2}-\d{2})(?: \[YANKED\])?\s*$/
  OTHERS = /^## (?!\[Unreleased\]).*$/
  READERS = /^### For readers\s*$(.*?)(?=^#|\z)/m
  ITEM = /^- (.*(?:\n  .*)*)/

  # Raises Jekyll::Errors::FatalException where no edition has a date of the calendar, or one is written otherwise.
  def self.date(changelog)
    changelog.scan(OTHERS).grep_v(HEADING) { |heading| refuse("gives no date in `#{heading.strip}`") }
    changelog.scan(HEADING).map { |day,| Date.iso8601(day) }.max or raise Date::Error
  rescue Date::Error
    refuse("names no edition and its date")
  end

  # What each dated edition changed for its readers, in Markdown, the newest first: for the page about the site.
  def self.all(changelog)
    changelog.split(/^(?=## )/).filter_map { |part| edition(part) if part.match?(HEADING) }
             .sort_by.with_index { |told, row| [told["date"], -row] }.reverse
  end

  def self.edition(part)
    changes = (part[READERS, 1] || "").scan(ITEM).map { |item,| typeset(item.split.join(" ")) }
    refuse("tells readers nothing in `#{part.lines.first.strip}`", "add `### For readers` and a list in French") if changes.empty?
    { "version" => part[/\[(.+?)\]/, 1], "date" => Date.iso8601(part[HEADING, 1]), "changes" => changes }
  end

  # No-break spaces, which nobody sees in a changelog, as figures_src/article/typography.py gives them to the article.
  def self.typeset(text)
    text.gsub("« ", "«\u00a0").gsub(/ (?=[:»])/, "\u00a0").gsub(/ (?=[;?!])/, "\u202f").tr("'", "’")
  end

  def self.refuse(told, mend = "write a heading such as `## [1.0.0] - 2026-11-23`")
    raise Jekyll::Errors::FatalException, "CHANGELOG.md #{told}: #{mend}"
  end
end

Jekyll::Hooks.register :site, :after_reset do |site|
  changelog = File.read(Edition::CHANGELOG, encoding: "UTF-8")
  day = Edition.date(changelog)
  site.config["editions"] = Edition.all(changelog)
  site.time = Time.new(day.year, day.month, day.day, 12) # noon, in the time zone of the site
end

Jekyll::Hooks.register :posts, :post_init do |post|
  post.data["last_modified_at"] = post.site.time
end
