// Reports that a paper was viewed for some seconds, only in browsers whose reader allowed it.
const LONG_ENOUGH = 5000;
const { opened } = document.querySelector("script[data-opened]").dataset;

if (/(^|; )opens_count=1(;|$)/.test(document.cookie)) {
  let looking;

  const tell = () => {
    document.removeEventListener("visibilitychange", watch);
    fetch(opened, { method: "POST", keepalive: true });
  };

  // A page in the background does not count as viewed.
  const watch = () => {
    clearTimeout(looking);
    if (document.visibilityState === "visible") looking = setTimeout(tell, LONG_ENOUGH);
  };

  document.addEventListener("visibilitychange", watch);
  watch();
}
