"""Makes the pictures of docs/images anew from a running server with the demo companies: VORONKA_RUN_JSON=… python pictures.py"""

import json
import os
import pathlib
import shutil

from playwright.sync_api import sync_playwright

from conftest import ROOT, prefer, sign_in

PICTURES = [("board", "/deals", "ru", "light"), ("card", "deal", "ru", "light"),
            ("board-dark", "/deals", "ru", "dark"), ("board-en", "/deals", "en", "light")]


def main():
    salon = json.loads(pathlib.Path(os.environ["VORONKA_RUN_JSON"]).read_text())["tenants"][0]
    chromium = os.environ.get("VORONKA_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="ru-RU")
        window = sign_in(context, salon)
        page = window.board()
        deal = page.locator(".col").nth(4).locator(".card").nth(4).get_attribute("data-id")
        try:
            for name, path, language, theme in PICTURES:
                prefer(window, locale=language, theme=theme)
                window.open(f"/deals/{deal}" if path == "deal" else path)
                page.evaluate("document.fonts.ready")
                page.wait_for_timeout(400)
                page.screenshot(path=ROOT / "docs" / "images" / f"{name}.png")
        finally:
            prefer(window, locale="ru", theme="light")
            browser.close()


if __name__ == "__main__":
    main()
