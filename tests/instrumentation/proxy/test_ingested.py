"""What ingest reads of the proxy's own attributes."""

from tests.instrumentation.proxy import replies
from tests.instrumentation.proxy.conftest import Start
from tests.instrumentation.proxy.replies import RAW, completion
from tests.instrumentation.proxy.test_forwarding import Answering
from tests.instrumentation.proxy.test_joining import ASK
from tests.instrumentation.proxy.test_translation import OFFERED, TAG
from tests.support.workspaces import rows


def test_arguments_are_in_the_tables_to_the_letter(proxied: Start) -> None:
    proxy = proxied(Answering(replies.chat_stream()))
    proxy.chat(ASK)
    found = rows(proxy.ingested(), "calls", "raw_arguments", "arguments")
    assert found == [(RAW, '{"id":1042,"in":"EUR"}')]


def test_a_translated_call_that_nobody_ran_is_noted_so(proxied: Start) -> None:
    proxy = proxied(Answering([completion(TAG)]), translate_text_calls=True)
    proxy.chat(ASK, tools=OFFERED)
    workspace = proxy.ingested()
    assert rows(workspace, "calls", "translated", "notes", "executed") == [
        ("tag", ["translated"], False)
    ]
    [emitted] = [made for (made,) in rows(workspace, "text", "emitted") if made is not None]
    assert [call["translated"] for call in emitted] == [True]
