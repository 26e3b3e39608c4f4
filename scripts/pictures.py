"""Runs the programs on a terminal of their own and draws what they print as SVG."""

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

WIDTH = 100  # columns: few lines of --explain are longer
SCALE = 0.6  # Rich draws large: this makes it 12 pixels in every picture
ROOT = Path(sys.argv[1])

# Rich's own format loads a font from elsewhere. The size of a character is fixed
# by textLength, so that any monospace font fits. The window brings its own dark
# background, and is readable on light and dark pages.
FORMAT = """\
<svg width="WIDTH" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px ui-monospace, Menlo, Consolas, monospace; }}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def run(command, stream="stdout"):
    """What a program prints to one stream, if that is a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, WIDTH, 0, 0))
    program, *args = command.split()
    # A dumb terminal has no spinner; colours are asked for.
    env = {**os.environ, "TERM": "dumb", "CLICOLOR_FORCE": "1"}
    with tempfile.TemporaryFile() as rest:
        streams = {"stdout": rest, "stderr": rest, stream: theirs}
        child = subprocess.Popen(
            [ROOT / "target/debug" / program, "--env-file", "/dev/null", *args],
            stdin=subprocess.DEVNULL, env=env, **streams,
        )
        os.close(theirs)
        printed = b"".join(iter(lambda: read(ours), b"")).decode()
        os.close(ours)
        if child.wait() != 0:
            rest.seek(0)
            sys.exit(f"error: '{command}' failed\n{printed}{rest.read().decode()}")
    return printed.replace("\r\n", "\n").strip("\n")


def read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's way to say that the other end has been closed
        return b""


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def section(printed, heading):
    """The part from a heading on, to the end."""
    lines = printed.split("\n")
    start = [plain(line) for line in lines].index(f"# {heading}")
    return "\n".join(lines[start:])


def calls(printed, operations):
    """The narrated calls of these operations, in the order in which they ended."""
    blocks = printed.split("\n\n")
    found = [b for b in blocks if plain(b).split("\n")[0].partition("] ")[2] in operations]
    if len(found) != len(operations):
        sys.exit(f"error: not every one of {operations} was narrated")
    return "\n\n".join(found)


def draw(name, title, text):
    if os.environ["PASSWORD"] in text:
        sys.exit(f"error: the password would be in {name}.svg")
    lines = text.split("\n")
    columns = min(WIDTH, max(len(plain(line)) for line in lines) + 1)
    console = Console(record=True, width=columns, file=io.StringIO())
    for line in [*lines, ""]:
        # A longer line is cut.
        console.print(Text.from_ansi(line), no_wrap=True, overflow="ellipsis")
    svg = console.export_svg(
        title=title, theme=SVG_EXPORT_THEME, code_format=FORMAT, unique_id=name
    )
    drawn = float(re.search(r'viewBox="0 0 ([0-9.]+)', svg)[1])
    svg = svg.replace("WIDTH", str(round(drawn * SCALE)), 1)
    (ROOT / ".images" / f"{name}.svg").write_text(svg, encoding="utf-8")
    print(f".images/{name}.svg")


run("create")
draw("checks", "tokens --headless", section(run("tokens --headless"), "Checks"))
draw("lab", "tokens lab --headless", section(run("tokens lab --headless"), "Results"))
run("delete")
narrated = run("create --explain", "stderr")
shown = ["AdminSetUserPassword", "CreateAuthorizer", "CreateRoute"]
draw("explain", "create --explain", calls(narrated, shown))
