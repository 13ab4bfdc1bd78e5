"""Paying in USDT in a real browser: money moves on the fake chain, the watcher runs beside it, and the page turns by itself."""

import io
from datetime import timedelta

import pytest
import zxingcpp
from django.core.cache import cache
from django.utils import timezone
from PIL import Image

from orders.models import Order
from tests.payments import keys
from tests.payments.world import CENT, DUE, make

ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


@pytest.fixture(autouse=True)
def world(settings):
    cache.clear()
    settings.WALLET_XPUBS = [keys.xpub()]
    start = timezone.now().replace(microsecond=0) - timedelta(seconds=4)
    made = make(start=start, explorer="https://explorer.example")
    made.rate()
    return made


def scanned(page):
    """Return what a phone reads from the screen."""
    # To hide the caret, Playwright would leave styles behind, of which our policy complains.
    shot = Image.open(io.BytesIO(page.locator(".pay").screenshot(caret="initial")))
    return [code.text for code in zxingcpp.read_barcodes(shot.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)]


def look(page):
    """Look again at once, as whoever comes back from a wallet does."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


# Codes that are parted at the end of a line, if there is hardly any room.
PARTED = """[...document.querySelectorAll(".mono, .unbroken")].filter(one => {
    one.parentElement.style.inlineSize = "4ch"; return one.getClientRects().length > 1; }).map(one => one.textContent)"""


def test_a_phone_buys_in_usdt_short_at_first_and_the_page_becomes_the_tickets(visit, accessible, world):
    page = visit("/events/malam-jazz/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="One more Regular").click()
    page.get_by_text("1 × Regular").wait_for()
    page.get_by_label("Your e-mail").fill("bea@example.org")
    page.get_by_label("Your name").fill("Bea")
    page.get_by_role("button", name="Get tickets").click()
    page.get_by_role("heading", name="Send 9.21 USDT").wait_for()
    accessible(page)

    assert page.locator(".unbroken").count() == 2
    assert scanned(page) == [f"ethereum:0x{'55' * 20}@31337/transfer?address={ADDRESS}&uint256=9210000"]
    page.get_by_text("Address only").click()
    assert scanned(page) == [ADDRESS]
    for name, value in {"Copy amount": "9.21", "Copy Test chain address": ADDRESS}.items():
        page.get_by_role("button", name=name).click()
        page.wait_for_function("value => navigator.clipboard.readText().then(copied => copied === value)", arg=value)
    assert page.locator("#told").inner_text() == "Copied"

    with page.expect_response(lambda response: "/status/" in response.url) as nothing_new:
        look(page)
    assert nothing_new.value.status == 304
    page.get_by_role("heading", name="Send 9.21 USDT").wait_for()  # and the page stays as it is
    order = Order.objects.get()
    world.pay(order, DUE - 100 * CENT)  # nobody reloads from here on
    page.get_by_role("heading", name="Send 1.00 USDT more").wait_for()
    assert scanned(page) == [ADDRESS]  # the tab that was chosen stays chosen
    page.get_by_text("Wallet app").click()
    assert scanned(page)[0].endswith(f"&uint256={100 * CENT}")
    accessible(page)
    world.pay(order, 100 * CENT)
    look(page)
    page.get_by_text("1 of 3 confirmations").wait_for()
    accessible(page)
    world.mine(2)
    look(page)
    page.get_by_role("heading", name="Paid. See you 3 March.").wait_for()
    page.get_by_role("link", name="Open ticket").wait_for()
    accessible(page)
    assert page.evaluate(PARTED) == []


def test_usdt_is_paid_without_scripts(visit, world):
    page = visit("/events/malam-jazz/", scripts=False)
    page.get_by_label("How many Regular").fill("1")
    page.get_by_label("Your e-mail").fill("bea@example.org")
    page.get_by_label("Your name").fill("Bea")
    page.get_by_role("button", name="Get tickets").click()
    page.get_by_role("heading", name="Send 9.21 USDT").wait_for()

    assert scanned(page)[0].endswith("uint256=9210000")
    page.get_by_text("Address only").click()
    assert scanned(page) == [ADDRESS]
    assert page.get_by_role("button", name="Copy amount").count() == 0

    page.get_by_text("I have paid, and it does not show").click()
    page.get_by_label("Transaction").fill("0x" + "9" * 64)
    page.get_by_role("button", name="Look for it").click()
    page.get_by_text("We do not see this transaction at the address of your order.").wait_for()
    world.pay(Order.objects.get())
    world.mine(2)
    page.reload()
    page.get_by_role("heading", name="Paid. See you 3 March.").wait_for()


WALLETS = """
const wallet = (name, uuid, answers) => addEventListener("eip6963:requestProvider", () => dispatchEvent(new CustomEvent(
  "eip6963:announceProvider", { detail: { info: { name, uuid, icon: "data:image/svg+xml,<svg onload=alert(1)>" }, provider: {
    request: async ({ method, params }) => { (window.asked ??= []).push([method, params]); return answers[method](params); } } } })));
const no = (code) => () => { throw Object.assign(new Error(), { code }); };
let chain = "0x1";
const good = { eth_requestAccounts: () => ["0xabc"], eth_chainId: () => chain, eth_sendTransaction: () => "0x" + "7".repeat(64),
  wallet_switchEthereumChain: ([to]) => { chain = to.chainId; return null; } };
wallet("Good <b>Wallet</b>", "a", good);
wallet("Stubborn", "b", { ...good, eth_chainId: () => "0x1", wallet_switchEthereumChain: no(4902) });
wallet("Unsure", "c", { ...good, eth_sendTransaction: no(4001) });
wallet("Broken", "d", { ...good, eth_sendTransaction: no(-32603) });
"""


def test_scenario_57_a_wallet_in_the_browser_is_asked_for_the_same_and_believed_in_nothing(visit, world):
    order = world.order()
    page = visit("/")
    page.add_init_script(WALLETS)
    page.goto(f"/orders/{order.secret}/")
    status = page.locator("#browser-wallet [role=status]")

    def pay(name):
        page.evaluate("window.asked = []")
        page.get_by_role("button", name=f"Pay with {name}").click()

    pay("Stubborn")
    status.get_by_text("Choose Test chain in your wallet, and try again.").wait_for()
    pay("Broken")
    status.get_by_text("Your wallet did not say that it sent it.").wait_for()
    pay("Unsure")
    page.wait_for_function("document.querySelector('#browser-wallet [role=status]').textContent === ''")
    pay("Good <b>Wallet</b>")
    status.get_by_text("Sent.").wait_for()
    with page.expect_response("**/status/*"):
        page.evaluate("htmx.trigger('#order', 'look')")
    page.wait_for_timeout(300)
    status.get_by_text("Sent.").wait_for()  # the page has brought itself up to date, and lost nothing

    (method, params) = page.evaluate("window.asked.at(-1)")
    call = "0xa9059cbb" + "0" * 24 + ADDRESS[2:].lower() + f"{DUE:064x}"
    assert (method, params) == ("eth_sendTransaction", [{"from": "0xabc", "to": f"0x{'55' * 20}", "data": call, "value": "0x0"}])
    assert page.locator("#browser-wallet :is(b, img)").count() == 0
    assert page.locator("#tx").input_value() == "0x" + "7" * 64
    world.mine()
    order.refresh_from_db()
    assert (order.status, order.payment.state) == ("pending", "awaiting")
