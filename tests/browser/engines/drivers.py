"""Firefox and WebKit, driven by `geckodriver`, and by `WebKitWebDriver` with WebKitGTK's MiniBrowser."""

import shutil
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from selenium import webdriver

ENGINES: Final = ("firefox", "webkit")
_SCREEN: Final = "1600x1200x24"
_MINI_BROWSERS: Final = "/usr/lib/*/webkit2gtk-4.*/MiniBrowser"


@contextmanager
def driven(engine: str) -> Iterator[Any]:
    """A selenium driver of the engine's own browser, in a window that nobody sees."""
    with {"firefox": _firefox, "webkit": _webkit}[engine]() as driver:
        driver.set_script_timeout(10)
        driver.set_page_load_timeout(20)
        yield driver


@contextmanager
def _firefox() -> Iterator[Any]:
    options = webdriver.FirefoxOptions()
    options.add_argument("-headless")
    options.binary_location = shutil.which("firefox-esr") or shutil.which("firefox")
    # Without one on the path, selenium looks for a geckodriver itself.
    service = webdriver.FirefoxService(shutil.which("geckodriver"))
    driver = webdriver.Firefox(options=options, service=service)
    try:
        yield driver
    finally:
        driver.quit()


@contextmanager
def _webkit() -> Iterator[Any]:
    with _screen() as display:
        options = webdriver.WebKitGTKOptions()
        options.add_argument("--automation")
        options.binary_location = str(next(Path("/").glob(_MINI_BROWSERS[1:])))
        service = webdriver.WebKitGTKService(shutil.which("WebKitWebDriver"), env={"DISPLAY": display})
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # selenium of itself
            driver = webdriver.WebKitGTK(options=options, service=service)
        try:
            yield driver
        finally:
            driver.quit()


@contextmanager
def _screen() -> Iterator[str]:
    """A virtual display's name: WebKitGTK has no headless mode."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", _SCREEN, "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            yield f":{server.stdout.readline().strip()}"
        finally:
            server.terminate()
