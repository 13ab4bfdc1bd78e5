"""A slow phone: Chromium with a slow line and a slow processor, and what a visitor would see of it."""

import gzip
import shutil
from collections.abc import Iterator
from typing import Any

from .client import Ask

# "Slow 4G" and a middling phone, as browsers' own tools have them.
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
SLOWER = 4
WATCH = """
window.seen = {lcp: 0, shift: 0};
new PerformanceObserver(list => { for (const e of list.getEntries()) seen.lcp = e.startTime })
    .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) seen.shift += e.value })
    .observe({type: "layout-shift", buffered: true});
"""
PICTURES = ("image",)
TEXT = ("text/", "javascript", "json", "svg", "xml")


def looked_at(address: str, asks: dict[str, Ask]) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield how the home page and an event's page arrive; nothing where there is no Chromium."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"])
        for name in ("home", "event page"):
            yield name, _visit(browser, address + asks[name].path)
        browser.close()


def _visit(browser: Any, url: str) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True)
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", LINE)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(WATCH)
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  # Playwright marks what it is given
    page.goto(url, wait_until="load")
    page.wait_for_timeout(1500)
    seen = page.evaluate("seen")
    sizes = [(answer.request.resource_type, _compressed(answer)) for answer in answers if answer.status == 200]
    context.close()
    return {
        "kb": round(sum(size for kind, size in sizes if kind not in PICTURES) / 1000, 1),
        "kb_all": round(sum(size for _, size in sizes) / 1000, 1),
        "lcp": round(seen["lcp"] / 1000, 2),
        "shift": round(seen["shift"], 4),
    }


def _compressed(answer: Any) -> int:
    """Return the bytes of the answer as the proxy in front of a public site would send them."""
    body = answer.body()
    return len(gzip.compress(body, 6)) if any(word in answer.headers.get("content-type", "") for word in TEXT) else len(body)
