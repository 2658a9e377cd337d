import base64
import hashlib

import pytest

from figures_src.notebook.hooks import PREFIX_SEARCH, on_post_page, with_policy, with_stems

PAGE = '<meta charset="utf-8"><script>let a = 1</script><script src="b.js"></script>{}'


def test_the_policy_names_the_inline_scripts_and_no_other_host():
    page = with_policy(PAGE.format(""))
    digest = base64.b64encode(hashlib.sha256(b"let a = 1").digest()).decode()
    policy = page.partition('content="')[2].partition('"')[0]
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert policy.count("sha256") == 1


def test_english_passages_are_marked_and_the_theme_is_mended():
    page = on_post_page(PAGE.format('<div class="doc doc-object"><table></table><label tabindex="">'), None, None)
    assert '<div lang="en" class="doc doc-object">' in page
    assert '<table class="data">' in page
    assert 'tabindex=""' not in page


def test_what_is_typed_is_cut_to_its_stem_where_the_theme_is_the_one_known():
    assert with_stems(f"a{PREFIX_SEARCH}b") == "a?r:`${lunr.fr.stemmer(r.toLowerCase())}*`b"
    with pytest.raises(ValueError, match="search has changed"):
        with_stems("a")
