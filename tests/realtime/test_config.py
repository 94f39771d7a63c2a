"""Settings: what wins, what is refused, and what is said of it."""

import itertools
from pathlib import Path

import pytest

from realtime.config import BadSettings, Setting, Settings, load, settings_known


def faults_of(
    text: str, environment: dict[str, str] | None = None, *, here: Path
) -> list[str]:
    (here / "houzhen.toml").write_text(text, "utf-8")
    with pytest.raises(BadSettings) as wrong:
        load(environment=environment, here=here)
    return [str(fault) for fault in wrong.value.faults]


# -- what is read ---------------------------------------------------------------


def test_out_of_the_box_everything_is_set(tmp_path: Path) -> None:
    settings = load(here=tmp_path)
    assert settings.data_dir == tmp_path / "data"
    assert settings.journal.url == f"sqlite:///{tmp_path}/data/houzhen.db"
    assert settings.secrets.file == tmp_path / "data" / "keys.toml"
    assert settings.http == Settings().http
    assert settings.hospital.zone.key == "Asia/Shanghai"
    assert not settings.data_dir.exists(), "reading settings writes nothing"


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "houzhen.toml").write_text(
        '[http]\nport = 8100\nhost = "0.0.0.0"\n[live]\nheartbeat_s = 5\n'
    )
    settings = load(environment={"HOUZHEN_HTTP__PORT": " 8200 "}, here=tmp_path)
    assert settings.http.port == 8200
    assert settings.http.host == "0.0.0.0"
    assert settings.live.heartbeat_s == 5.0


def test_the_environment_hides_a_wrong_value_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "houzhen.toml").write_text('[http]\nport = "many"\n')
    environment = {"HOUZHEN_HTTP__PORT": "8200"}
    assert load(environment=environment, here=tmp_path).http.port == 8200


def test_a_named_file_comes_before_the_usual_one(tmp_path: Path) -> None:
    (tmp_path / "houzhen.toml").write_text("[http]\nport = 1\n")
    (tmp_path / "a.toml").write_text("[http]\nport = 2\n")
    (tmp_path / "b.toml").write_text("[http]\nport = 3\n")
    environment = {"HOUZHEN_CONFIG": "a.toml"}
    assert load(here=tmp_path).http.port == 1
    assert load(environment=environment, here=tmp_path).http.port == 2
    by_option = load(Path("b.toml"), environment, tmp_path)
    assert by_option.http.port == 3


def test_paths_in_a_file_begin_where_the_file_is(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/houzhen.toml").write_text(
        'data_dir = "var"\n[journal]\nurl = "sqlite:///j.db"\n'
        '[secrets]\nfile = "keys.toml"\n'
    )
    settings = load(tmp_path / "etc/houzhen.toml", here=tmp_path)
    assert settings.data_dir == tmp_path / "etc/var"
    assert settings.journal.url == f"sqlite:///{tmp_path}/etc/j.db"
    assert settings.secrets.file == tmp_path / "etc/keys.toml"


def test_paths_in_the_environment_begin_here(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/houzhen.toml").write_text('data_dir = "var"\n')
    environment = {
        "HOUZHEN_DATA_DIR": "d",
        "HOUZHEN_JOURNAL__URL": "sqlite:///{data_dir}/j",
    }
    settings = load(tmp_path / "etc/houzhen.toml", environment, tmp_path)
    assert settings.data_dir == tmp_path / "d"
    assert settings.journal.url == f"sqlite:///{tmp_path}/d/j"


def test_postgresql_is_taken_as_it_is(tmp_path: Path) -> None:
    url = "postgresql+psycopg://houzhen:s%40crt@db/houzhen?host=/run/pg"
    environment = {"HOUZHEN_JOURNAL__URL": url}
    assert load(environment=environment, here=tmp_path).journal.url == url


def test_variables_that_are_not_settings_are_left_alone(tmp_path: Path) -> None:
    environment = {"HOUZHEN_NO_SKIP": "1", "HOUZHEN_TEST_SEED": "7", "PATH": "/bin"}
    assert load(environment=environment, here=tmp_path).http.port == 8000


OTHERS = {
    "data_dir": "/srv/houzhen",
    "hospital.id": "north",
    "hospital.name": "北院",
    "hospital.time_zone": "UTC",
    "journal.url": "postgresql://db/x",
    "http.host": "::1",
    "live.frames_at_once": "500",
    "live.send_buffer": "8192",
    "his.base_url": "http://his.test:9000/front",
    "his.tries": "7",
    "his.places": "/srv/his.toml",
    "secrets.file": "/srv/keys.toml",
    "speech.engine": "program",
    "speech.languages": "yue,zh",
    "speech.rate": "180",
    "speech.variant": "f3",
    "speech.one": "yao",
    "speech.lexicon": "/srv/names.txt",
    "log.level": "debug",
}


@pytest.mark.parametrize("setting", settings_known(), ids=lambda setting: setting.key)
def test_every_setting_can_be_set_by_its_variable(
    setting: Setting, tmp_path: Path
) -> None:
    usual = "9000" if setting.key.endswith("_bytes") else "51"
    other = OTHERS.get(setting.key, usual)
    found: object = load(environment={setting.variable: other}, here=tmp_path)
    for name in setting.key.split("."):
        found = getattr(found, name)
    assert found != setting.default
    assert str(found).removesuffix(".0") == other


# -- what is refused ------------------------------------------------------------


def test_a_fault_names_the_key_the_line_the_value_and_what_is_expected(
    tmp_path: Path,
) -> None:
    assert faults_of('# ours\n[http]\nport = "80a"\n', here=tmp_path) == [
        "http.port: expected a whole number from 0 to 65535, found '80a' "
        "(houzhen.toml:3)"
    ]


def test_a_fault_in_the_environment_names_the_variable(tmp_path: Path) -> None:
    assert faults_of("", {"HOUZHEN_LIVE__STALL_S": "never"}, here=tmp_path) == [
        "live.stall_s: expected a number from 0.1 to 300, found 'never' "
        "(HOUZHEN_LIVE__STALL_S)"
    ]


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    faults = faults_of(
        "[http]\nport = 70000\n\n[live]\nhartbeat_s = 3\nstall_s = nan\n"
        '[log]\nlevel = "loud"\n',
        {"HOUZHEN_HTTP__HSOT": "x", "HOUZHEN_ACTORS__MAILBOX": ""},
        here=tmp_path,
    )
    assert faults == [
        "http.port: expected a whole number from 0 to 65535, found 70000 "
        "(houzhen.toml:2)",
        "live.hartbeat_s: there is no such setting; did you mean live.heartbeat_s? "
        "(houzhen.toml:5)",
        "live.stall_s: expected a number from 0.1 to 300, found nan (houzhen.toml:6)",
        "log.level: expected one of debug, info, warning, error, found 'loud' "
        "(houzhen.toml:8)",
        "actors.mailbox: expected a whole number from 1 to 1000000, found nothing "
        "(HOUZHEN_ACTORS__MAILBOX)",
        "http.hsot: there is no such setting; did you mean HOUZHEN_HTTP__HOST? "
        "(HOUZHEN_HTTP__HSOT)",
    ]


def test_the_whole_says_how_many(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"^1 setting is wrong:\n  log\.level: "):
        load(environment={"HOUZHEN_LOG__LEVEL": "loud"}, here=tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("http = 3", "http: expected a section with settings in it, [http], found 3"),
        ("[http.port]\na = 1", "http.port: expected a whole number from 0 to 65535, "),
        ("[[http]]\nport = 1", "http: expected a section with settings in it"),
        ("port = 1", "port: there is no such setting; did you mean http.port?"),
        ("[teapot]\nlid = 1", "teapot.lid: there is no such setting (houzhen"),
        ("[http]\nport = true", "found true"),
        ("[http]\nport = 8000.5", "found 8000.5"),
        ("[http]\nport = [1]", "found a list"),
        ("data_dir = 3", "data_dir: expected a path, found 3"),
        ('data_dir = "houzhen.toml"', "data_dir: expected a directory; this is a file"),
        ('[secrets]\nfile = "."', "secrets.file: expected a file; this is a directory"),
        ('[hospital]\nid = "Yun Xiu"', "hospital.id: expected 1–32 lower-case letters"),
        ('[hospital]\nid = "a\\n"', "hospital.id: expected 1–32 lower-case letters"),
        ('[hospital]\ntime_zone = "Asia/Atlantis"', "expected a time zone such as"),
        ('[hospital]\ntime_zone = "../../etc/passwd"', "expected a time zone such as"),
        ('[journal]\nurl = "sqlite://"', "journal.url: expected sqlite:///path"),
        ('[journal]\nurl = "sqlite:///:memory:"', "journal.url: expected sqlite:///"),
        ("[live]\nframes_at_once = 5", "expected at least live.frames_per_s (200)"),
        (
            "[live]\nframes_per_s = 5000",
            "live.frames_at_once: expected at least live.frames_per_s (5000)",
        ),
        ("x = \n", "configuration: this is not TOML: invalid value (houzhen.toml:1)"),
        ("a = 1\na = 2\n", "this is not TOML: cannot overwrite a value"),
    ],
)
def test_every_wrong_setting_is_refused_clearly(
    text: str, message: str, tmp_path: Path
) -> None:
    (fault,) = faults_of(text, here=tmp_path)
    assert message in fault


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    for url in (
        "mysql://houzhen:geheim@db/x",
        "mysql://houzhen:ge@heim@db/x",
        "postgresql:houzhen:geheim@db",
        "mysql://db/x?password=geheim&a=b",
    ):
        (fault,) = faults_of("", {"HOUZHEN_JOURNAL__URL": url}, here=tmp_path)
        assert "heim" not in fault
        assert "***" in fault


def test_a_file_that_is_not_there_is_a_fault_only_when_it_was_named(
    tmp_path: Path,
) -> None:
    load(here=tmp_path)
    with pytest.raises(BadSettings, match=r"nowhere\.toml"):
        load(Path("nowhere.toml"), here=tmp_path)
    with pytest.raises(BadSettings, match="there is no such file"):
        load(environment={"HOUZHEN_CONFIG": "/nowhere.toml"}, here=tmp_path)
    with pytest.raises(BadSettings, match="cannot be read"):
        load(tmp_path, here=tmp_path)


def test_a_file_in_another_encoding_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "houzhen.toml"
    path.write_bytes('[hospital]\nname = "云岫"\n'.encode("gbk"))
    with pytest.raises(BadSettings, match=r"not UTF-8 \(houzhen\.toml:2\)"):
        load(here=tmp_path)


def test_a_broken_file_does_not_hide_the_environments_faults(tmp_path: Path) -> None:
    faults = faults_of("=", {"HOUZHEN_HTTP__PORT": "x"}, here=tmp_path)
    assert [fault.split(":")[0] for fault in faults] == ["configuration", "http.port"]


def test_lines_are_found_in_every_way_toml_has_to_say_it(tmp_path: Path) -> None:
    ways = {
        "[http]\n\nport = -1": 3,
        "http.port = -1": 1,
        "\nhttp = {port = -1}": 2,
        '["http"]\n"port" = -1': 2,
        '[hospital]\nname = """\nport = 1\n"""\n[http]\nport = -1': 6,
        "[ http ]\n port=-1 # port = 2": 2,
    }
    for text, line in ways.items():
        fault = [one for one in faults_of(text, here=tmp_path) if "http.port" in one]
        assert fault, text
        assert fault[0].endswith(f"(houzhen.toml:{line})"), text


# -- the table of them ----------------------------------------------------------


def test_every_setting_says_what_it_is_for() -> None:
    known = settings_known()
    assert len({setting.key for setting in known}) == len(known) > 20
    for setting in known:
        assert setting.meaning
        assert setting.expected
        assert not setting.meaning.endswith(".")


def test_no_two_settings_share_a_variable() -> None:
    for one, other in itertools.combinations(settings_known(), 2):
        assert one.variable != other.variable
