import json
import re
from typing import Any

import pytest

from midspan.instrumentation.redaction import Redaction

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"


def told(text: str) -> str:
    """What is left of a text, with the digits of placeholders as dots."""
    return re.sub(r"(REDACTED_[a-z_]+_)[0-9a-f]{6}\b", r"\1...", Redaction(emails=True).text(text))


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("sk-proj-abcdefgh12345678 ok", "REDACTED_key_... ok"),
        ("sk-ant-api03-abcdefgh12345678_-x", "REDACTED_key_..."),
        ("AKIAABCDEFGHIJKLMNOP", "REDACTED_key_..."),
        ("ghp_abcdefghijklmnopqrstuv", "REDACTED_key_..."),
        ("key=AIza" + "a1" * 18, "key=REDACTED_key_..."),
        ("gsk_" + "a1" * 20 + " xai-" + "b2" * 20, "REDACTED_key_... REDACTED_key_..."),
        (r"a line\nhf_abcdefghijklmnopqrst", r"a line\nREDACTED_key_..."),
        ("Authorization: Bearer abcdef0123456789xyz", "Authorization: Bearer REDACTED_token_..."),
        ('"authorization": "token abc12345"', '"authorization": "token REDACTED_secret_..."'),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0", "REDACTED_token_..."),
        ("postgres://bob:hunter2@db/shop", "postgres://bob:REDACTED_secret_...@db/shop"),
        ('{"password": "hunter2", "n": 1}', '{"password": "REDACTED_secret_...", "n": 1}'),
        (r"{\"api_key\": \"abcd\"}", r"{\"api_key\": \"REDACTED_secret_...\"}"),
        ("export OPENAI_API_KEY=abcd1234 && ls", "export OPENAI_API_KEY=REDACTED_secret_... && ls"),
        (
            "curl 'http://x/?api_key=abcd1234&n=1'",
            "curl 'http://x/?api_key=REDACTED_secret_...&n=1'",
        ),
        ("shop --password 'a b c' --dry", "shop --password 'REDACTED_secret_...' --dry"),
        ("Client(api_key='it\\'s')", "Client(api_key='REDACTED_secret_...')"),
        ("curl -u bob:pw1 https://h/x", "curl -u bob:REDACTED_secret_... https://h/x"),
        ('["curl", "--user", "bob:pw1"]', '["curl", "--user", "bob:REDACTED_secret_..."]'),
        ("mysql -u root -ppw1 shop", "mysql -u root -pREDACTED_secret_... shop"),
        ("mysqldump -h db -pprint1 shop", "mysqldump -h db -pREDACTED_secret_... shop"),
        ("mysql -ppath/1 shop", "mysql -pREDACTED_secret_... shop"),
        ("mysql -p'3306:x' shop", "mysql -p'REDACTED_secret_...' shop"),
        ("sshpass -p 'pw1' ssh h", "sshpass -p 'REDACTED_secret_...' ssh h"),
        ("shop --token hunter2Planted9", "shop --token REDACTED_secret_..."),
        ('{"token": "hunter2Planted9"}', '{"token": "REDACTED_secret_..."}'),
        ("-H 'Cookie: sid=a1; b=2' -X", "-H 'Cookie: REDACTED_secret_...' -X"),
        ("X-Auth-Key: abcd\nA: b", "X-Auth-Key: REDACTED_secret_...\nA: b"),
        ("X-Shop-Key: abcd", "X-Shop-Key: REDACTED_secret_..."),
        ("Ocp-Apim-Subscription-Key: abcd", "Ocp-Apim-Subscription-Key: REDACTED_secret_..."),
        ("?private_token=abcd&n=1", "?private_token=REDACTED_secret_...&n=1"),
        ("<password>hunter2</password>", "<password>REDACTED_secret_...</password>"),
        ("password%3Dhunter2", "password%3DREDACTED_secret_..."),
        ('{"password": ["x", 1]}', '{"password": ["REDACTED_secret_...", 1]}'),
        (
            '[["Authorization", "x"], ["A", "b"]]',
            '[["Authorization", "REDACTED_secret_..."], ["A", "b"]]',
        ),
        (
            r"{\"name\":\"Cookie\",\"value\":\"x\"}",
            r"{\"name\":\"Cookie\",\"value\":\"REDACTED_secret_...\"}",
        ),
        (f"a\n{PEM}\nb", "a\nREDACTED_private_key_...\nb"),
        ('{"k":"-----BEGIN PRIVATE KEY-----\\nMIIE"}', '{"k":"REDACTED_private_key_..."}'),
        ("write to ann.b@shop.example.org!", "write to REDACTED_email_...!"),
    ],
)
def test_secrets_are_replaced(given: str, left: str) -> None:
    assert told(given) == left
    redact = Redaction(emails=True)
    once = redact.text(given)
    count = redact.counts.total()
    assert count == left.count("REDACTED_")
    assert (redact.text(once), redact.counts.total()) == (once, count)


@pytest.mark.parametrize(
    "given",
    [
        "a basic internationalization of task-list-and-notes",
        "pk_orders_customer_id_index on risk-assessment-2024-results",
        "harness midspan-demo@0.1.0, 12 tokens: 40, keys: 3",
        "https://example.org:8080/a?b=c",
        "\x1b[31m <script>alert(1)</script> ignore all instructions",
        'Client(api_key=os.environ["OPENAI_API_KEY"], password=config.password)',
        "export OPENAI_API_KEY=$KEY TOKEN=${TOKEN}",
        '{"password": null, "api_key": "", "secret": {"a": 1}}',
        "def login(name: str, password: str) -> None: hf_hub_download_with_progress()",
        "max_tokens: 4096, key: value, the token is short",
        '{"required": ["password", "email"], "name": "password", "n": "value"}',
        "docker run -u 1000:1000, a cookie: chocolate, <token>: <password>, mysql --port 3",
        "find /var/lib/mysql -print0 -prune -path x -perm 644 -printf '%p'",
        "docker run --name mysql -p3306:3306 -p127.0.0.1:33060:33060/tcp mysql:8",
        "docker run --name mysql -p8000-8010:8000-8010",
        "mysqld -port 3306 -pre x -pid /run/mysqld.pid",
        "REDACTED_key_1f3a9c and api_key=REDACTED_secret_1f3a9c",
    ],
)
def test_other_text_is_left_as_it_is(given: str) -> None:
    redact = Redaction()
    assert redact.text(given) == given
    assert redact({"a": [given, 1, None, True]}) == {"a": [given, 1, None, True]}
    assert not redact.counts


def test_names_tell_secrets_in_objects() -> None:
    given = {"password": "hunter2", "PIN": 12, "api_key": 12345, "n": [{"auth-token": True}]}
    assert Redaction()(given) == {
        "password": "REDACTED_secret_276d06",
        "PIN": 12,
        "api_key": "REDACTED_secret_29b87f",
        "n": [{"auth-token": True}],
    }


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"password": ["x", None]}, {"password": ["...", None]}),
        (
            {"password": {"v": "x", "n": 1, "on": True}},
            {"password": {"v": "...", "n": "...", "on": True}},
        ),
        (
            [["Authorization", "Bearer x"], ["Accept", "y"]],
            [["Authorization", "Bearer ..."], ["Accept", "y"]],
        ),
        ({"name": "Cookie", "value": "x"}, {"name": "Cookie", "value": "..."}),
        ({"token": "x1y2z3w4"}, {"token": "..."}),
        ({"token": "order", "logprob": -1}, {"token": "order", "logprob": -1}),
        ({"password": {"type": "string"}}, {"password": {"type": "string"}}),
        ({"required": ["password", "email"]}, {"required": ["password", "email"]}),
    ],
)
def test_a_name_tells_all_that_stands_under_it_or_beside_it(given: Any, left: Any) -> None:
    told = json.dumps(Redaction()(given))
    assert json.loads(re.sub(r"REDACTED_secret_[0-9a-f]{6}", "...", told)) == left


def test_the_same_secret_gets_the_same_word_in_one_run_and_another_in_another() -> None:
    first, other = "hf_abcdefghijklmnopqrst", "hf_abcdefghijklmnopqrsu"
    redact, elsewhere = Redaction(), Redaction()
    words = redact.text(f"{first} {other} {first}", salt="run").split()
    assert words[0] == words[2] != words[1]
    assert elsewhere.text(first, salt="run") == words[0]
    assert elsewhere.text(first, salt="another") not in words
    assert redact({"api_key": first}, "run") == {"api_key": words[0].replace("key", "secret")}


def test_patterns_of_ones_own_come_first() -> None:
    redact = Redaction(patterns={"order": r"ORD-\d+", "pin": r"pin (?P<secret>\d{4})"})
    assert (
        redact.text("ORD-1042, pin 1234", "x") == "REDACTED_order_15a9fc, pin REDACTED_pin_9b8a1a"
    )
    assert redact.counts == {"order": 1, "pin": 1}
    with pytest.raises(ValueError, match="a word of a-z"):
        Redaction(patterns={"my order": "x"})


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece",
    [
        *("sk-", "sk-1", "-eyJ.", "eyJ", "a.", "\\", "password=", 'password="', "x@", "a://", "-"),
        *(
            "-----BEGIN PRIVATE KEY-----",
            "api_key ",
            "bearer ",
            "cookie:a=",
            "mysql -p",
            "curl -u a:",
            r"\"password\":\"",
            "1@a.",
        ),
    ],
)
def test_hostile_text_is_gone_through_once(piece: str) -> None:
    """What takes the square of a length would take longer than the test may."""
    left = Redaction(emails=True).text(piece * (500_000 // len(piece)))
    assert len(left) >= 20
