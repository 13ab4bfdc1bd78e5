// Wallets that live in the browser (EIP-6963): they are asked to send what the page says. Only the chain says whether they did.

const wallets = new Map();
let words = ""; // what was said last: it stays when the page brings itself up to date
const said = (now) => { document.querySelector("#browser-wallet [role=status]").textContent = words = now; };

async function pay(provider) {
  const asked = { ...document.getElementById("browser-wallet").dataset };
  const chainId = `0x${Number(asked.chain).toString(16)}`;
  const isThere = async () => Number(await provider.request({ method: "eth_chainId" })) === Number(asked.chain);
  try {
    const [from] = await provider.request({ method: "eth_requestAccounts" });
    if (!await isThere()) await provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId }] }).catch(() => {});
    if (!await isThere()) return said(asked.network);
    const transaction = { from, to: asked.token, data: asked.call, value: "0x0" };
    const hash = await provider.request({ method: "eth_sendTransaction", params: [transaction] });
    said(asked.sent);
    const field = document.getElementById("tx");
    if (field) field.value = hash;
  } catch (refusal) {
    said(refusal?.code === 4001 ? "" : asked.failed); // 4001: the person said no, and knows it
  }
}

// Names come from programs that we do not know: they are shown as text, and their pictures not at all.
function draw() {
  const box = document.getElementById("browser-wallet");
  if (!box) return;
  box.querySelector("p").replaceChildren(...Array.from(wallets.values(), ({ name, provider }) => {
    const button = document.createElement("button");
    [button.type, button.className, button.textContent] = ["button", "button small", box.dataset.pay.replace("{}", name)];
    button.addEventListener("click", () => pay(provider));
    return button;
  }));
  box.hidden = !wallets.size;
  if (words) said(words);
}

window.addEventListener("eip6963:announceProvider", ({ detail }) => {
  if (wallets.size >= 6 || typeof detail?.provider?.request !== "function") return;
  wallets.set(String(detail.info?.uuid), { name: String(detail.info?.name ?? "").slice(0, 40), provider: detail.provider });
  draw();
});
window.dispatchEvent(new Event("eip6963:requestProvider"));
document.addEventListener("htmx:afterSwap", draw);
