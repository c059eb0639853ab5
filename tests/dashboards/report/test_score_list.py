from midspan.dashboards.report.score_list import score_list
from midspan.scorers.plugins import declarations

NAMES = (
    *("tokens", "success", "degenerate_share", "pass_hat_2", "tokens_per_success", "error_rate"),
    *("check.amount", "parse_pass_rate", "mine"),
)


def test_scores_stand_by_family_in_reading_order_with_what_is_fixed_about_them() -> None:
    runs = {"tokens", "success", "degenerate_share", "check.amount", "parse_pass_rate", "mine"}
    found = score_list(NAMES, runs, declarations())
    told = [(each["name"], each["family"], each["kind"], each["level"]) for each in found]
    assert told == [
        ("success", "Outcome", "rate", "run"),
        ("check.amount", "Outcome", "rate", "run"),
        ("error_rate", "Outcome", "rate", "cell"),
        ("degenerate_share", "Error recovery", "pooled", "run"),
        ("parse_pass_rate", "Parse-pass", "mean", "run"),
        ("tokens", "Resources", "mean", "run"),
        ("tokens_per_success", "Resources", "per_success", "cell"),
        ("pass_hat_2", "Reliability", "reliability", "cell"),
        ("mine", "Others", "mean", "run"),
    ]
    success = found[0]
    assert (success["unit"], success["better"], success["headline"], success["share"]) == (
        "0/1",
        "higher",
        True,
        True,
    )
    assert found[-1]["better"] == "none"
