"""What is true of the files themselves: sizes, languages, no markup that the policy forbids."""

import json
import re
import zlib

import pytest

from conftest import ROOT

STATIC = ROOT / "web" / "static"
FORMS = {"ru": {"one", "few", "many", "other"}, "en": {"one", "other"}}

# Modules that each screen loads before it stands; what only hands need is fetched right after, the rest when the browser is at rest.
BOARD = {"board", "board-add", "board-filter", "board-hands", "board-head", "card", "column", "columns", "drag"}
CARD = {"feed", "composer", "fields", "events", "deal-people", "deal-rail"}
# What opens over a screen, when it is asked for.
OVER = {"task-new", "links", "keys", "palette", "commands", "note-actions", "deal-trash", "field-controls"}
ASKED = OVER | {"deal-new", "dialog"}
CARDS = ASKED | {"menu"}
ACTIONS = {"deal-actions", "task-actions"}
LISTS = {"people", "person", "person-new"}
TASKS = {"tasks", "task-quick", "due-words"}
LATER = {"board": {"board-add", "deal", "drag"} | ACTIONS | ASKED | CARD | LISTS | TASKS,
         "deal": ACTIONS | CARDS | BOARD | LISTS | TASKS,
         "people": {"deal", "deal-new", "person"} | ACTIONS | OVER | BOARD | CARD | TASKS,
         "person": {"deal", "deal-people", "deal-rail", "people", "person-new"} | ACTIONS | CARDS | BOARD | TASKS,
         "tasks": {"deal", "deal-actions"} | ASKED | BOARD | CARD | LISTS}


def packed(path):
    """Brotli when there is one, else gzip, which is larger: the budget holds for both or is not claimed."""
    data = path.read_bytes()
    try:
        import brotli
    except ImportError:
        return len(zlib.compress(data, 9))
    return len(brotli.compress(data, quality=11))


def kilobytes(paths):
    return sum(packed(path) for path in paths) / 1024


def catalogue(language):
    return json.loads((STATIC / "i18n" / f"{language}.json").read_text())


@pytest.mark.parametrize("screen", LATER)
def test_a_screen_needs_at_most_45_kb_of_script(screen):
    files = [path for path in STATIC.glob("js/*.js") if path.stem not in LATER[screen] | {"auth"}]
    assert kilobytes(files) <= 45


def test_the_shell_fits_in_20_kb():
    assert kilobytes((ROOT / "web" / "templates").glob("*.mustache")) <= 20


@pytest.mark.parametrize("screen", LATER)
def test_a_screen_imports_nothing_that_is_said_to_come_later(screen):
    """The budget above is honest only if the list is."""
    seen, queue = set(), ["app", screen]
    while queue:
        name = queue.pop()
        if name in seen:
            continue
        seen.add(name)
        text = (STATIC / "js" / f"{name}.js").read_text()
        queue += re.findall(r"^import .*? from '\./([\w-]+)\.js';", text, re.M)
    assert seen & LATER[screen] == set()


@pytest.mark.parametrize("sheet", sorted(path.name for path in STATIC.glob("css/*.css")))
def test_braces_of_a_sheet_pair(sheet):
    """Sheets are served one after another in one file: a brace too many would take the next one's first rules away."""
    text = re.sub(r"/\*.*?\*/", "", (STATIC / "css" / sheet).read_text(), flags=re.S)
    depth = 0
    for character in text:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0, sheet
    assert depth == 0, sheet


def test_both_languages_have_every_key():
    ru, en = catalogue("ru"), catalogue("en")
    assert set(ru) == set(en)


@pytest.mark.parametrize("language", FORMS)
def test_plurals_have_every_form_and_places_agree(language):
    places = lambda text: set(re.findall(r"\{(\w+)\}", text))
    other = catalogue("en" if language == "ru" else "ru")
    for key, value in catalogue(language).items():
        assert isinstance(value, (str, dict)), key
        if isinstance(value, dict):
            assert set(value) == FORMS[language], key
            assert isinstance(other[key], dict), key
            texts = list(value.values())
        else:
            assert isinstance(other[key], str), key
            texts = [value]
        wanted = places(other[key] if isinstance(other[key], str) else other[key]["other"])
        for text in texts:
            assert text.strip(), key
            assert places(text) == wanted, key


def test_every_key_used_is_in_the_catalogue():
    known = catalogue("ru")
    source = "\n".join(path.read_text() for path in STATIC.glob("js/*.js"))
    used = set(re.findall(r"\b(?:t|parts)\('([\w.]+)'[,)]", source))
    used |= set(re.findall(r"\{\{t\.([\w.]+)\}\}", "\n".join(
        path.read_text() for path in (ROOT / "web" / "templates").glob("*.mustache"))))
    assert used - set(known) == set()


@pytest.mark.parametrize("language", FORMS)
def test_no_text_is_left_in_the_other_language(language):
    """Names of languages, and words for what the other language calls a field, are meant to be foreign."""
    meant = re.compile(r"^code_other\.")
    latin = re.compile(r"[A-Za-z]{2,}")
    allowed = {"Voronka", "Telegram", "WhatsApp", "anna", "example", "ru", "VIP", "Esc", "Tab", "Ctrl"}
    cyrillic = re.compile(r"[А-Яа-яЁё]")
    for key, value in catalogue(language).items():
        for text in value.values() if isinstance(value, dict) else [value]:
            plain = re.sub(r"\{\w+\}", "", text)
            if meant.match(key):
                continue
            if language == "en":
                assert not cyrillic.search(plain), f"{key}: {text}"
            else:
                assert set(latin.findall(plain)) <= allowed, f"{key}: {text}"


def test_nothing_is_written_that_the_policy_forbids():
    for path in [*STATIC.glob("js/*.js"), *(ROOT / "web" / "templates").glob("*.mustache")]:
        text = path.read_text()
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
                     "importmap", ' style="', "setAttribute('style'", "javascript:"):
            assert word not in text, f"{word} in {path.name}"


def test_templates_preload_modules_that_exist():
    text = (ROOT / "web" / "templates" / "modules.mustache").read_text()
    for name in re.findall(r"/js/([\w-]+\.js)", text):
        assert (STATIC / "js" / name).exists(), name


def test_icons_used_are_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "web" / "templates" / "sprite.mustache").read_text()))
    source = "\n".join(path.read_text() for path in STATIC.glob("js/*.js"))
    used = set(re.findall(r"\bicon\('([\w-]+)'", source)) | set(re.findall(r"\bicon: '([\w-]+)'", source))
    assert {name for name in used if not name.endswith('-')} - sprite == set()
