import re
from pathlib import Path

import pytest

from figures_src.article import references
from figures_src.article.references import REFERENCES, Author

KEYS = """ioffe2015 santurkar2018 szegedy2015 goodfellow2016 goodfellow_lecture chollet2016 mishkin_benchmark ba2016
zhang2019rms zhu2025dyt wu2021precise yang2019meanfield brock2021nfnets kohler2019 bjorck2018 lipton2019 luo2019
hoffer2017 cooijmans2017 laurent2016 he2016 sandler2018 tan2019 tan2020 lecun1998 lecun1998backprop shimodaira2000
ioffe2017renorm wu2018group daneshmand2020 arora2019 krizhevsky2009 russakovsky2015 simonyan2015 xiao2017
chen2018deeplab glorot2010 pytorch2019 keras_docs tensorflow_docs pytorch_forum osic2020 summers2020 huber2021
salimans2016 qiao2019 goyal2017 laarhoven2017 li2020 wan2021 kosson2024 lyu2022 ghorbani2019 de2020 daneshmand2021
meterez2024 balestriero2022 frankle2021 galloway2019 wang2021tent niu2023sar bhatt2024crossq zhong2023federated
richemond2020byol chen2025derf peng2018megdet li2019dropout gulrajani2017 ho2020 opacus_batchnorm"""


def page(*keys: str) -> str:
    """A page that cites these works, then lists them."""
    return " ".join(references.cite(key) for key in keys) + "\n\n" + references.reference_list()


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a.bib"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_work_that_the_article_names_is_there():
    assert set(KEYS.split()) <= set(REFERENCES)


def test_a_work_is_read_whole():
    work = REFERENCES["lipton2019"]
    assert work.authors == (Author("Lipton", "Zachary C."), Author("Steinhardt", "Jacob"))
    assert (work.title, work.venue, work.year) == (
        "Troubling Trends in Machine Learning Scholarship",
        "ACM Queue",
        "2019",
    )
    assert work.details == "vol.\u00a017, n°\u00a01, p.\u00a045–77"
    assert [url for _, url in work.links] == [
        "https://arxiv.org/abs/1807.03341",
        "https://doi.org/10.1145/3317287.3328534",
    ]


def test_authors_are_named_as_french_does_and_long_lists_are_cut():
    assert REFERENCES["ioffe2015"].people == "Sergey Ioffe et Christian Szegedy"
    assert REFERENCES["ioffe2015"].short == "Ioffe et Szegedy, 2015"
    assert REFERENCES["santurkar2018"].short == "Santurkar et al., 2018"
    assert REFERENCES["szegedy2015"].people == "Christian Szegedy, Wei Liu, Yangqing Jia et al."
    assert REFERENCES["pytorch2019"].people == "Adam Paszke, Sam Gross, Francisco Massa et al."
    assert REFERENCES["keras_docs"].short == "Keras"


@pytest.mark.parametrize("key", REFERENCES)
def test_identifiers_are_well_formed(key):
    for shown, url in REFERENCES[key].links:
        assert url.startswith("https://")
        if shown.startswith("arXiv:"):
            assert re.fullmatch(r"\d{4}\.\d{5}|1[0-4]\d\d\.\d{4}", shown.removeprefix("arXiv:"))
        if shown.startswith("doi:"):
            assert re.fullmatch(r"10\.\d{4,5}/\S+", shown.removeprefix("doi:"))


def test_an_arxiv_number_is_not_later_than_the_publication():
    dated = [work for work in REFERENCES.values() if work.year and work.links[0][0].startswith("arXiv:")]
    assert len(dated) > 25
    for work in dated:
        assert 2000 + int(work.links[0][0][6:8]) <= int(work.year), work.key


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("@misc{a, title={b}, eprint={1}}", "a: give an author"),
        ("@misc{a, author={B}, title={b}}", "a: give an author"),
        ("@misc{a, author={B}, title={b}, url={c}}\n@misc{a, author={B}, title={b}, url={c}}", "comes twice"),
    ],
)
def test_a_faulty_entry_is_refused(tmp_path, text, complaint):
    with pytest.raises(ValueError, match=complaint):
        references.read(write(tmp_path, text))


def test_the_first_two_numbers_are_fixed_and_the_others_come_in_order_of_citation():
    assert references.order(["luo2019", "santurkar2018", "ba2016", "luo2019"]) == {
        "ioffe2015": 1,
        "santurkar2018": 2,
        "luo2019": 3,
        "ba2016": 4,
    }


def test_a_citation_leads_to_the_list():
    html = references.number_citations(page("luo2019", "ioffe2015", "luo2019"))
    assert '<a class="citation" href="#ref-luo2019">[3]</a>' in html
    listed = html.partition("<ol")[2]
    assert re.findall(r'<li id="ref-([\w-]+)" value="(\d+)">', listed) == [("ioffe2015", "1"), ("luo2019", "3")]
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(re.findall(r' id="([^"]+)"', html))


def test_a_citation_may_name_a_place():
    html = references.number_citations(references.cite("santurkar2018", place="section 3"))
    assert html.endswith(">[2, section\u00a03]</a>")


def test_only_works_cited_are_listed_and_others_may_be_recommended():
    html = references.number_citations(page("ioffe2015") + references.further_reading("huber2021", "bjorck2018"))
    assert html.count("<li") == 3
    assert "<li>Johann Huber (2021). <cite>Normalisation par lots" in html
    assert '<cite lang="en">Understanding Batch Normalization</cite>' in html
    assert "santurkar" not in html


def test_a_remark_begins_as_a_sentence_unless_a_venue_comes_before_it():
    html = references.number_citations(
        references.further_reading("huber2021", "stackoverflow_ordering", "goodfellow_lecture")
    )
    assert "</cite>. Ébauche d’article. <a" in html
    assert "?</cite> Discussion. <a" in html
    assert "YouTube</span>, exposé filmé" in html


def test_english_titles_keep_their_typography():
    html = references.number_citations(page("ioffe2015", "santurkar2018"))
    assert '<cite lang="en">Batch Normalization: Accelerating' in html
    assert "Help Optimization?</cite> <span" in html


def test_an_unknown_key_is_refused_with_its_nearest_neighbour():
    with pytest.raises(KeyError, match="ioffe2015"):
        references.cite("iofe2015")
    with pytest.raises(KeyError, match="luo2019"):
        references.further_reading("lu2019")


def test_names_are_those_of_people_word_by_word():
    assert {"Szegedy", "Mądry", "Sohl-Dickstein", "François"} <= references.names()
