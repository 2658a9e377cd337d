import pytest

from figures_src.notebook import vocabulary
from figures_src.records import store


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "oui"),
        (60, "60"),
        (50_000, "50\u202f000"),
        (0.1, "0,1"),
        (1e-5, "10⁻⁵"),
        (2.5e-7, "2,5 × 10⁻⁷"),
        (list(range(10)), "0 à 9"),
        ([0.75, 0.5, 0.35, 0.2, 0.1, 0.05, 0.01], "0,75 ; 0,5 ; 0,35 ; 0,2 ; 0,1 ; 0,05 ; 0,01"),
        (["a"] * 7, "a, a, a, a, a, a, a"),
        ([100, 100, 100], "100, 100, 100"),
        ([0.01, 3.0], "0,01 ; 3"),
        ([["without_bn", 0.1], ["noisy_bn", 0.5]], "(sans BN ; 0,1), (avec BN bruitée ; 0,5)"),
        ("small", "small"),
        ((), ""),
    ],
)
def test_values_are_written_in_french(value, text):
    assert vocabulary.text_of(value) == text


def test_settings_keep_the_name_of_the_code_where_there_is_no_french_one():
    assert vocabulary.setting("learning_rate") == "taux d’apprentissage"
    assert vocabulary.setting("a<b") == "<code>a&lt;b</code>"
    assert vocabulary.setting("momentum") != vocabulary.setting("momentum", "inception")
    assert vocabulary.setting_value("learning_rate", 1e-7) == "taux d’apprentissage 10⁻⁷"
    assert vocabulary.setting_value("batch_norm", True) == "avec BN"
    assert (
        vocabulary.setting_value("probe_population", False)
        == "statistiques qui normalisent la sonde : celles des images"
    )


@pytest.mark.parametrize("name", sorted(path.stem for path in store.RECORDS.glob("*.json")))
def test_every_setting_of_a_record_has_a_french_name(name):
    sidecar = store.load(name).sidecar
    for setting in {**sidecar["config"], **sidecar["common"]}:
        assert "<code>" not in vocabulary.setting(setting, name), setting
