// The door: a code is sent without leaving the page, from the camera, too. Without any of this the form still works.

const form = document.getElementById("scan");
const code = document.getElementById("code");
const answers = document.getElementById("answers");
const lens = document.getElementById("lens");
const words = lens.querySelector("p");
const video = document.getElementById("camera");
const tools = document.getElementById("tools");
const mute = document.getElementById("mute");
const LEAVES = { ok: 2000 };
let sound = null;
let leaving = 0;
let seen = "";
let seenAt = 0;

// Three signs, told apart in noise by their rhythm: two rising notes, two equal ones, one long and low.
const NOTES = { ok: [[660, 0, 0.06], [880, 0.06, 0.06]], wait: [[520, 0, 0.1], [520, 0.18, 0.1]], bad: [[180, 0, 0.4]] };
const BUZZES = { ok: [60], wait: [60, 80, 60], bad: [400] };

function signal(state) {
  navigator.vibrate?.(BUZZES[state]);
  if (!sound || mute.getAttribute("aria-pressed") === "true") return;
  for (const [pitch, after, length] of NOTES[state]) {
    const note = sound.createOscillator();
    note.frequency.value = pitch;
    note.connect(sound.destination);
    note.start(sound.currentTime + after);
    note.stop(sound.currentTime + after + length);
  }
}

function close() {
  clearTimeout(leaving);
  seenAt = Date.now();
  answers.replaceChildren();
  code.value = "";
  code.focus();
}

function show(answer) {
  answers.innerHTML = answer.html;
  const next = answers.querySelector("a");
  next.addEventListener("click", (event) => { event.preventDefault(); close(); });
  next.focus();
  signal(answer.state);
  [seen, seenAt] = [answer.seen, Date.now()];
  document.body.dispatchEvent(new Event("scanned"));
  if (LEAVES[answer.state]) leaving = setTimeout(close, LEAVES[answer.state]);
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const mark = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

// Sent again with the same mark when the network fails: the attempt counts once.
async function send(parts) {
  const body = new FormData(form);
  for (const [name, value] of Object.entries({ ...parts, nonce: mark() })) body.set(name, value);
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
      words.textContent = words.dataset.looking;
      if (response.status === 204) return null;
      if (response.ok) return await response.json();
      if (response.status < 500) { location.reload(); return null; }
    } catch { /* no network: as when the server is away */ }
    words.textContent = words.dataset.away;
    if (parts.frame || attempt === 5) return null;
    await pause(500 * attempt);
  }
}

const OURS = /^[A-Za-z2-7\s]{144,160}$/;
form.addEventListener("submit", async (event) => {
  if (!OURS.test(code.value)) return;
  event.preventDefault();
  const answer = await send({ code: code.value });
  if (answer) show(answer);
});

document.addEventListener("keydown", (event) => {
  if (!answers.firstChild) return;
  if (event.key === "Escape") close();
  // A scanner that types goes on typing while the answer is shown.
  else if (/^[A-Za-z2-7]$/.test(event.key) && !event.ctrlKey && !event.metaKey) { close(); code.focus(); }
});

// A code that is still before the camera was answered; it is a new attempt when it comes back after a while.
const lingers = (found) => found === seen && Date.now() - seenAt < 3000;

async function reader() {
  const kinds = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats() : [];
  if (kinds.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async () => {
      const [found] = await detector.detect(video);
      if (!found) return null;
      if (lingers(found.rawValue)) return { seen };
      const answer = await send({ code: found.rawValue, camera: "on" });
      return answer && { ...answer, seen: found.rawValue };
    };
  }
  const canvas = document.createElement("canvas");
  return async () => {
    const scale = Math.min(1, 640 / Math.min(video.videoWidth, video.videoHeight));
    [canvas.width, canvas.height] = [video.videoWidth * scale, video.videoHeight * scale];
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    const frame = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.7));
    return frame && send({ frame, code: "", seen: lingers(seen) ? seen : "" });
  };
}

async function look() {
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
    await video.play();
  } catch {
    lens.hidden = false;
    words.textContent = words.dataset.denied;
    return;
  }
  lens.hidden = false;
  document.getElementById("start").hidden = true;
  navigator.wakeLock?.request("screen").catch(() => {});
  const read = await reader();
  while (video.srcObject) {
    if (!answers.firstChild && !document.hidden && video.videoWidth) {
      const answer = await read();
      if (answer && !answer.html) seenAt = Date.now();
      else if (answer && !answers.firstChild) show(answer);
    }
    await pause(150);
  }
}

// The list waits while somebody writes in it, and a session that ended is not shown inside of it.
document.addEventListener("htmx:beforeRequest", (event) => { if (document.querySelector("#state details[open]")) event.preventDefault(); });
document.addEventListener("htmx:beforeSwap", (event) => { if (!event.detail.xhr.responseURL.includes("/state/")) location.reload(); });

tools.hidden = false;
document.getElementById("start").addEventListener("click", () => { sound ??= new AudioContext(); look(); });
mute.addEventListener("click", () => mute.setAttribute("aria-pressed", mute.getAttribute("aria-pressed") !== "true"));
form.addEventListener("submit", () => { sound ??= new AudioContext(); });
code.focus();
