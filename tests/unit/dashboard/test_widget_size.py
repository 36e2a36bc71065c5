"""What the chat on a site weighs, and that nothing is lost by leaving out comments and indentation."""

from importlib.resources import files

from flowyte.dashboard.assets import ASSETS, lean, lean_css

MOST_BYTES = 28_000  # with the settings, about two thousand, a visitor loads less than 30,000 uncompressed
OF_TALKING = {"widget/voice.js", "widget/voice.css"}


def test_the_chat_is_light() -> None:
    """Everything but what is loaded by who wants to talk."""
    loaded = {name: len(content) for name, content in ASSETS.by_name.items() if name.startswith("widget/")}
    assert {"widget/loader.js", "widget/draw.js", "widget/panel.js", "widget/widget.css"} < set(loaded)
    assert sum(size for name, size in loaded.items() if name not in OF_TALKING) < MOST_BYTES


def test_only_comments_and_indentation_are_left_out() -> None:
    """Line by line: what is code stays, and no text goes over several lines, where indentation would be part of it."""
    source = b"// why\nconst a = 1; // one\n  /** says */\n  /**\n   * more\n   */\n\n  * { b: c }\n"
    assert lean(source) == b"const a = 1; // one\n* { b: c }\n"
    sheet = b"/* why */\n@media (a: b) { .c:has(> .d) { e: f; g: h 1px; } }\n"
    assert lean_css(sheet) == b"/* why */\n@media (a:b){.c:has(> .d){e:f;g:h 1px}}\n"
    for entry in (files("flowyte.dashboard") / "static" / "widget").iterdir():
        assert all(line.count("`") % 2 == 0 for line in entry.read_text().split("\n")), entry.name


def test_it_needs_nothing_that_a_strict_policy_forbids() -> None:
    """No evaluated text, no markup from text, no style attribute, no cookie, and no address but its own."""
    for name, content in ASSETS.by_name.items():
        if name.startswith("widget/"):
            for forbidden in (b"eval(", b"new Function", b"innerHTML", b"insertAdjacent", b"document.write", b".cookie",
                              b"style=", b"sendBeacon", b'"style"'):  # fmt: skip
                assert forbidden not in content, (name, forbidden)
            found = content.replace(b"http://www.w3.org/2000/svg", b"").replace(b"https:\\/\\/", b"")
            assert b"http" not in found, name
