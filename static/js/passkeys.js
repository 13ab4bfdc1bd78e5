// Passkeys are offered where they work, and a refused one is said in words.
(() => {
  if (!window.PublicKeyCredential) return
  for (const part of document.querySelectorAll("[data-passkey]")) part.hidden = false
  document.addEventListener("allauth.error", (event) => {
    const words = document.getElementById("passkey-refused")
    if (!words) return
    event.preventDefault()
    words.hidden = false
  })
})()
