"""What a page looks like, asked of the browser that shows it."""

ANNOUNCED = """
window.announced = [];
window.chimes = 0;
// the panel fills when it announces, and only then
addEventListener("animationstart", ({ target, animationName }) => {
  if (target.getAttribute("aria-live") !== "assertive") return;
  if (!animationName.startsWith("fill")) return;
  window.announced.push(target.querySelector(".number").textContent.trim());
});
const Oscillator = window.OscillatorNode;
window.OscillatorNode = class extends Oscillator {
  constructor(audio, options) {
    super(audio, options);
    // its bell has two notes; the lower one ends it
    if (Math.round(options.frequency) === 523) window.chimes += 1;
  }
};
"""
"""Run before a wall's own script."""

APRICOT_SIGNS = """
() => {
  const apricot = "rgb(255, 196, 46)";
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  return [...document.querySelectorAll("body *")]
    .filter(shown)
    .filter((element) => {
      const style = getComputedStyle(element);
      const words = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.data.trim(),
      );
      return (
        style.backgroundColor === apricot ||
        style.boxShadow.includes(apricot) ||
        (words && style.color === apricot)
      );
    })
    .map((element) => element.innerText);
}
"""
