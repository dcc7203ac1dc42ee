from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from xero_pipeline.xero.http.error_body import problem_text

KEYS = ["Elements", "elements", "ValidationErrors", "Message", "MESSAGE", "detail", "Title"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner),
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body_gives_one_line_that_is_not_too_long(body):
    said = problem_text(body)
    assert len(said) <= 500
    assert said.isprintable()


def test_every_reason_is_told_once_and_the_general_message_only_without_them():
    errors = {"ValidationErrors": [{"Message": "A is wrong"}, {"Message": "B is wrong"}, {"Message": "A is wrong"}]}
    assert problem_text(json.dumps({"Message": "exception", "Elements": [errors]}).encode()) == "A is wrong; B is wrong"
    assert problem_text(b'{"Message":"exception","Elements":[]}') == "exception"


def test_a_deeply_nested_body_does_no_harm():
    assert problem_text(b'{"a":' * 100_000)
