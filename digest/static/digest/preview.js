// Make frames as high as their content, up to a few screens.
document.querySelectorAll(".p-frame").forEach((frame) => {
  const settle = () => {
    const height = frame.contentDocument?.documentElement?.scrollHeight;
    if (height) frame.style.height = `${Math.min(height, 2400)}px`;
  };
  frame.addEventListener("load", settle);
  settle();
});
