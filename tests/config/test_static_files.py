"""What a browser keeps: for ever, under an address that changes with the content."""

from django.conf import settings
from django.templatetags.static import static
from django.test import Client

from tandem.config import static_files


def test_an_address_carries_the_version_of_the_content(tmp_path, monkeypatch):
    file = tmp_path / "one.js"
    monkeypatch.setattr(static_files.finders, "find", lambda name: str(file))
    seen = []
    for content in ("1", "2", "1"):
        static_files.digest.cache_clear()
        file.write_text(content)
        seen.append(static("one.js"))
    static_files.digest.cache_clear()
    assert seen[0].startswith(f"{settings.STATIC_URL}one.js?v=")
    assert seen[0] != seen[1]
    assert seen[0] == seen[2]


def test_a_file_that_is_named_by_its_digest_or_is_missing_has_no_version():
    assert static("tandem/dist/board-FYPYEHSY.js") == "/static/tandem/dist/board-FYPYEHSY.js"
    assert static("nowhere.js") == "/static/nowhere.js"


def test_a_versioned_file_is_kept_for_ever(db):
    answer = Client().get(static("django_htmx/htmx-4.min.js"))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_file_of_another_package_is_asked_for_again(db):
    answer = Client().get(static("mfa/js/webauthn.js"))
    assert answer.status_code == 200
    assert "immutable" not in answer.headers["Cache-Control"]
