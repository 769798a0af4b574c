// Buttons that need a passkey appear only where the browser knows passkeys.
if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll('button[id^="passkey-"]')) button.hidden = false;
}

// Cancelled, or refused by the device: say so where a screen reader hears it.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.getElementById("passkey-problem");
  if (place) place.hidden = false;
});
