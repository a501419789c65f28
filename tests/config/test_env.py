"""Settings from the environment: what is taken, what is refused, and with which words."""

import stat
from pathlib import Path

import pytest

from tandem.config import env

REFUSED = [
    ("TANDEM_PORT", "eighty"),
    ("TANDEM_PORT", "0"),
    ("TANDEM_PORT", "70000"),
    ("TANDEM_THREADS", "-1"),
    ("TANDEM_HTTPS", "maybe"),
    ("TANDEM_HOSTS", "https://a.example"),
    ("TANDEM_HOSTS", "a.example:80"),
    ("TANDEM_ORIGIN", "tandem.example.org"),
    ("TANDEM_ORIGIN", "https://a.example/path"),
    ("TANDEM_TRUSTED_PROXIES", "10.0.0.300"),
    ("TANDEM_MAIL_URL", "mail.example.org"),
    ("TANDEM_MAIL_URL", "smtp://"),
    ("TANDEM_MAIL_URL", "smtp://mail.example.org:post"),
    ("TANDEM_MAIL_URL", "file://folder"),
    ("TANDEM_MAX_UPLOAD_MB", "9999999"),
    ("TANDEM_LOG", "loud"),
    ("TANDEM_LANGUAGE", "tlh"),
    ("TANDEM_TIMEZONE", "Mars/Olympus"),
    ("TANDEM_TIMEZONE", "../../etc/passwd"),
    ("TANDEM_SECRET_KEY", "short"),
    ("TANDEM_DATABASE_URL", "sqlite:///x.db"),
    ("TANDEM_DATABASE_URL", "postgresql://host"),
]


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_a_bad_value_is_refused_by_name(name, value):
    with pytest.raises(env.BadSetting, match=name):
        env.read({name: value})


def test_without_anything_there_are_defaults_for_everything():
    found = env.read({})
    assert found.port == 8000
    assert found.origin == "http://localhost:8000"
    assert "localhost" in found.hosts
    assert found.https is False
    assert found.data.is_absolute()


def test_good_values_come_typed():
    found = env.read(
        {
            "TANDEM_PORT": "9000",
            "TANDEM_HTTPS": "yes",
            "TANDEM_ORIGIN": "https://Tandem.Example.org/",
            "TANDEM_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "TANDEM_LANGUAGE": "zh",
            "TANDEM_LOG": "debug",
        }
    )
    assert found.trusted_proxies == ["10.0.0.0/8", "::1/128"]
    assert (found.port, found.https, found.language, found.log) == (9000, True, "zh-hans", "DEBUG")
    assert found.origin == "https://tandem.example.org"
    assert found.hosts == ["127.0.0.1", "[::1]", "localhost", "tandem.example.org"]
    assert found.trusted_proxies == ["10.0.0.0/8", "::1/128"]


def test_an_empty_value_counts_as_not_set():
    assert env.read({"TANDEM_PORT": " "}).port == 8000


def test_a_misspelt_setting_is_refused_and_the_right_one_named():
    with pytest.raises(env.BadSetting, match=r"TANDEM_PROT .*TANDEM_PORT"):
        env.read({"TANDEM_PROT": "1"})


def test_https_and_a_plain_origin_contradict_each_other():
    with pytest.raises(env.BadSetting, match="TANDEM_ORIGIN"):
        env.read({"TANDEM_HTTPS": "1", "TANDEM_ORIGIN": "http://a.example"})


def test_a_secret_comes_from_a_file(tmp_path):
    file = tmp_path / "key"
    file.write_text("k" * 40 + "\n")
    assert env.read({"TANDEM_SECRET_KEY_FILE": str(file)}).secret_key == "k" * 40


def test_a_secret_given_twice_is_refused(tmp_path):
    with pytest.raises(env.BadSetting, match="both set"):
        env.read({"TANDEM_SECRET_KEY": "k" * 40, "TANDEM_SECRET_KEY_FILE": str(tmp_path / "key")})


def test_a_missing_secret_file_is_named(tmp_path):
    with pytest.raises(env.BadSetting, match="TANDEM_SECRET_KEY_FILE"):
        env.read({"TANDEM_SECRET_KEY_FILE": str(tmp_path / "none")})


def test_a_refusal_does_not_show_a_secret():
    with pytest.raises(env.BadSetting) as refusal:
        env.read({"TANDEM_DATABASE_URL": "mysql://root:hunter2@h/x"})
    assert "hunter2" not in str(refusal.value)


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path):
    settings = env.read({"TANDEM_DATA": str(tmp_path / "data")})
    first = env.secret_key(settings)
    assert env.secret_key(settings) == first
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "data" / "secret-key").stat().st_mode) == 0o600
    assert [one.name for one in (tmp_path / "data").iterdir()] == ["secret-key"]


def test_a_broken_secret_key_is_refused(tmp_path):
    (tmp_path / "secret-key").write_text("")
    with pytest.raises(env.BadSetting, match="secret-key"):
        env.secret_key(env.read({"TANDEM_DATA": str(tmp_path)}))


def test_every_setting_has_help_and_a_unique_name():
    names = [one.name for one in env.SETTINGS]
    assert len(set(names)) == len(names)
    assert all(one.help.endswith((".", "name")) or "://" in one.help for one in env.SETTINGS)
    assert all(hasattr(env.read({}), one.name.removeprefix("TANDEM_").lower()) for one in env.SETTINGS)


def test_root_keeps_its_data_where_the_database_user_can_go(monkeypatch):
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert env.default_data_dir() == Path("/var/lib/tandem/data")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", "/x")
    assert env.default_data_dir() == Path("/x/tandem")


def test_an_address_by_https_makes_cookies_secure_and_believes_a_proxy_on_this_machine():
    found = env.read({"TANDEM_ORIGIN": "https://tandem.example.org"})
    assert found.https
    assert found.trusted_proxies == ["127.0.0.0/8", "::1/128"]
    assert env.read({"TANDEM_ORIGIN": "http://tandem.example.org"}).trusted_proxies == []


def test_no_to_https_is_kept():
    assert not env.read({"TANDEM_ORIGIN": "https://tandem.example.org", "TANDEM_HTTPS": "no"}).https


def test_the_address_that_is_shown_may_stand_in_a_file(tmp_path, monkeypatch):
    from tandem.config import processes

    monkeypatch.delenv("TANDEM_ORIGIN", raising=False)
    file = tmp_path / "origin"
    file.write_text("https://tandem.example.org\n")
    monkeypatch.setenv("TANDEM_ORIGIN_FILE", str(file))
    assert processes.shown_address(env.read(), "127.0.0.1") == "https://tandem.example.org"


def test_an_address_in_a_file_must_agree_with_https_too(tmp_path):
    file = tmp_path / "origin"
    file.write_text("http://tandem.example.org")
    with pytest.raises(env.BadSetting, match="make them agree"):
        env.read({"TANDEM_HTTPS": "yes", "TANDEM_ORIGIN_FILE": str(file)})
