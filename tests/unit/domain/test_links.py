from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain.errors import LinkInvalidError
from framewarden.domain.links import (
    LinkExpiredError,
    make_nonce,
    sign_channel,
    sign_link,
    sign_session,
    verify_channel,
    verify_link,
    verify_nonce,
    verify_session,
)

NOW = datetime(2026, 11, 22, 8, 5, 31, tzinfo=UTC)
EXP = int(NOW.timestamp()) + 3600
KEY, OTHER = "k" * 32, "o" * 32

keys = st.text("abcXYZ019+/=!", min_size=16, max_size=40)
ids = st.text(min_size=1, max_size=40)
moments = st.integers(min_value=EXP, max_value=EXP + 10**8)


def refused(*arguments):
    with pytest.raises(LinkInvalidError) as caught:
        verify_link(*arguments)
    return caught.type


@given(key=keys, review_id=ids, exp=moments)
def test_what_we_sign_is_accepted_until_it_ends(key, review_id, exp):
    sig = sign_link(key, review_id, exp)
    assert verify_link([key], review_id, exp, sig, NOW) == exp
    assert verify_link([OTHER, key], review_id, str(exp), sig, NOW) == exp
    end = datetime.fromtimestamp(exp, tz=UTC)
    assert refused([key], review_id, exp, sig, end) is LinkExpiredError


@given(review_id=ids, other=ids, exp=moments, later=moments)
def test_a_signature_fits_one_review_and_one_moment(review_id, other, exp, later):
    sig = sign_link(KEY, review_id, exp)
    if other != review_id:
        assert refused([KEY], other, exp, sig, NOW) is LinkInvalidError
    if later != exp:
        assert refused([KEY], review_id, later, sig, NOW) is LinkInvalidError
    assert refused([OTHER], review_id, exp, sig, NOW) is LinkInvalidError
    assert refused([], review_id, exp, sig, NOW) is LinkInvalidError


@given(sig=st.text(max_size=60))
def test_any_other_text_is_refused_and_never_crashes(sig):
    assert refused([KEY], "review", EXP, sig, NOW) is LinkInvalidError
    with pytest.raises(LinkInvalidError):
        verify_nonce([KEY], "review", sig, NOW)


@given(cut=st.integers(min_value=1, max_value=43))
def test_a_truncated_link_is_refused(cut):
    sig = sign_link(KEY, "review", EXP)
    assert refused([KEY], "review", EXP, sig[:-cut], NOW) is LinkInvalidError


@pytest.mark.parametrize(
    "exp", ["", "abc", "-1", "1e9", f"0{EXP}", f" {EXP}", f"{EXP}.0", "9" * 13, "٤٢", "²"]
)
def test_a_moment_has_one_spelling(exp):
    assert refused([KEY], "review", exp, sign_link(KEY, "review", EXP), NOW) is LinkInvalidError


def test_an_expired_link_that_was_changed_is_tampered_with_first_of_all():
    sig = sign_link(KEY, "review", EXP)
    late = NOW + timedelta(days=2)
    assert refused([KEY], "review", EXP, sig, late) is LinkExpiredError
    assert refused([KEY], "review", EXP + 10**6, sig, late) is LinkInvalidError


def test_the_signature_stands_in_an_address_as_it_is():
    sig = sign_link(KEY, "review", EXP)
    assert len(sig) == 43
    assert set(sig) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(key=keys, review_id=ids, age=st.integers(min_value=-60, max_value=15 * 60 - 1))
def test_a_nonce_lives_for_fifteen_minutes(key, review_id, age):
    nonce = make_nonce(key, review_id, NOW)
    verify_nonce([OTHER, key], review_id, nonce, NOW + timedelta(seconds=age))


@pytest.mark.parametrize("age", [15 * 60, 86_400, -61])
def test_a_nonce_outside_its_time_is_refused_as_expired(age):
    nonce = make_nonce(KEY, "review", NOW)
    with pytest.raises(LinkExpiredError):
        verify_nonce([KEY], "review", nonce, NOW + timedelta(seconds=age))


@given(review_id=ids, other=ids)
def test_a_nonce_of_another_review_is_refused(review_id, other):
    if other != review_id:
        with pytest.raises(LinkInvalidError) as caught:
            verify_nonce([KEY], other, make_nonce(KEY, review_id, NOW), NOW)
        assert caught.type is LinkInvalidError


def channel_refused(*arguments):
    with pytest.raises(LinkInvalidError) as caught:
        verify_channel(*arguments)
    return caught.type


@given(key=keys, arn=ids, exp=moments)
def test_a_channels_link_is_accepted_until_it_ends(key, arn, exp):
    sig = sign_channel(key, arn, exp)
    assert verify_channel([OTHER, key], arn, str(exp), sig, NOW) == exp
    end = datetime.fromtimestamp(exp, tz=UTC)
    assert channel_refused([key], arn, exp, sig, end) is LinkExpiredError


@given(arn=ids, other=ids, exp=moments, later=moments)
def test_a_channels_signature_fits_one_channel_and_one_moment(arn, other, exp, later):
    sig = sign_channel(KEY, arn, exp)
    if other != arn:
        assert channel_refused([KEY], other, exp, sig, NOW) is LinkInvalidError
    if later != exp:
        assert channel_refused([KEY], arn, later, sig, NOW) is LinkInvalidError
    assert channel_refused([OTHER], arn, exp, sig, NOW) is LinkInvalidError


@given(sig=st.text(max_size=60), exp=st.text(max_size=14))
def test_any_other_channels_link_is_refused_and_never_crashes(sig, exp):
    assert channel_refused([KEY], "arn", EXP, sig, NOW) is LinkInvalidError
    assert channel_refused([KEY], "arn", exp, sig, NOW) is LinkInvalidError


@given(key=keys, payload=st.text(max_size=40), other=st.text(max_size=40))
def test_a_session_is_as_we_signed_it_or_none_of_ours(key, payload, other):
    sig = sign_session(key, payload)
    verify_session([OTHER, key], payload, sig)
    for keys, text, mark in (
        ([OTHER], payload, sig),
        ([], payload, sig),
        ([key], payload, sig[:-1]),
        ([key], payload, other),
        *([([key], other, sig)] if other != payload else []),
    ):
        with pytest.raises(LinkInvalidError):
            verify_session(keys, text, mark)


def marks():
    """Return a mark of every kind, all of one subject and one moment."""
    return {
        "link": sign_link(KEY, "arn", EXP),
        "channel": sign_channel(KEY, "arn", EXP),
        "nonce": make_nonce(KEY, "arn", datetime.fromtimestamp(EXP, tz=UTC)).partition(".")[2],
        "session": sign_session(KEY, "arn"),
    }


@pytest.mark.parametrize("kind", sorted(marks()))
def test_no_mark_passes_as_another_kind(kind):
    moment = datetime.fromtimestamp(EXP, tz=UTC)
    checks = {
        "link": lambda mark: verify_link([KEY], "arn", EXP, mark, NOW),
        "channel": lambda mark: verify_channel([KEY], "arn", EXP, mark, NOW),
        "nonce": lambda mark: verify_nonce([KEY], "arn", f"{EXP}.{mark}", moment),
        "session": lambda mark: verify_session([KEY], "arn", mark),
    }
    for other, mark in marks().items():
        if other == kind:
            checks[kind](mark)
            continue
        with pytest.raises(LinkInvalidError) as caught:
            checks[kind](mark)
        assert caught.type is LinkInvalidError


def test_links_that_were_signed_before_channels_had_any_still_open():
    sig = "Qm6TVj3rf17WQ0J2sCllLn8SFLpH3lE2XNYfHfgLsPM"
    assert sign_link(KEY, "af9f250e8c2e93e4247f", 1795457114) == sig


@pytest.mark.parametrize("key", ["", "short"])
def test_a_key_that_anybody_could_guess_signs_nothing(key):
    with pytest.raises(ValueError, match="fewer than 16 bytes"):
        sign_link(key, "review", EXP)
    with pytest.raises(ValueError, match="fewer than 16 bytes"):
        verify_link([key], "review", EXP, "sig", NOW)


def test_every_key_is_tried_by_a_comparison_of_constant_time(monkeypatch):
    compared = []

    def recorded(ours, theirs):
        compared.append(theirs)
        return ours == theirs

    monkeypatch.setattr("hmac.compare_digest", recorded)
    sig = sign_link(KEY, "review", EXP)
    verify_link([KEY, OTHER], "review", EXP, sig, NOW)
    assert compared == [sig.encode()] * 2
