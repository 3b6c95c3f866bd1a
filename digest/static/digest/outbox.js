// Links in an email open in the window, not in the frame. The frame is as high as the email.
const frame = document.querySelector(".preview iframe");

function settle() {
  const mail = frame?.contentDocument;
  if (!mail?.body) return;
  mail.querySelectorAll("a").forEach((link) => { link.target = "_top"; });
  frame.style.height = "0";
  frame.style.height = `${mail.documentElement.scrollHeight}px`;
}

if (frame) {
  frame.addEventListener("load", settle);
  settle();
  new ResizeObserver(settle).observe(frame.parentElement);
  document.querySelector("#narrow").addEventListener("change", settle);
}
