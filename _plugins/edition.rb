# frozen_string_literal: true

# The newest dated edition of CHANGELOG.md, not the clock, is the time of the site and the last change of the article:
# in the feed, the sitemap, the page and what it tells search engines. The same sources give the same bytes.
module Edition
  CHANGELOG = File.expand_path("../CHANGELOG.md", __dir__)
  HEADING = /^## \[[^\]]+\] - (\d{4}-\d{2}-\d{2})(?: \[YANKED\])?\s*$/
  OTHERS = /^## (?!\[Unreleased\]).*$/

  # Raises Jekyll::Errors::FatalException where no edition has a date of the calendar, or one is written otherwise.
  def self.date(changelog)
    changelog.scan(OTHERS).grep_v(HEADING) { |heading| refuse("gives no date in `#{heading.strip}`") }
    changelog.scan(HEADING).map { |day,| Date.iso8601(day) }.max or raise Date::Error
  rescue Date::Error
    refuse("names no edition and its date")
  end

  def self.refuse(told)
    raise Jekyll::Errors::FatalException, "CHANGELOG.md #{told}: write a heading such as `## [1.0.0] - 2026-11-23`"
  end
end

Jekyll::Hooks.register :site, :after_reset do |site|
  day = Edition.date(File.read(Edition::CHANGELOG, encoding: "UTF-8"))
  site.time = Time.new(day.year, day.month, day.day, 12) # noon, in the time zone of the site
end

Jekyll::Hooks.register :posts, :post_init do |post|
  post.data["last_modified_at"] = post.site.time
end
