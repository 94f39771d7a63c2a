"""What is done to a page and asked of it, in the browser that shows it."""

ANNOUNCED = """
window.announced = [];
window.chimes = 0;
// the panel is fresh while it announces, and only then
let fresh = null;
new MutationObserver(() => {
  const found = document.querySelector('[aria-live="assertive"].fresh');
  if (found && found !== fresh)
    window.announced.push(found.querySelector(".number").textContent.trim());
  fresh = found;
}).observe(document, {
  subtree: true,
  childList: true,
  attributes: true,
  attributeFilter: ["class"],
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

SCANNED = """
(card) => {
  const press = (key) =>
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  const focused = document.activeElement ?? document.body;
  for (const sign of card) focused.dispatchEvent(press(sign));
  const enter = press("Enter");
  focused.dispatchEvent(enter);
  return enter.defaultPrevented;
}
"""

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

_TEXTS = """
  const sees = { visibilityProperty: true, contentVisibilityAuto: true };
  const forReaders = (element) => element.closest(".seen-by-readers");
  const texts = () => {
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const node = walk.currentNode;
      const element = node.parentElement;
      const words = node.data.trim();
      if (!words || /^(script|style|title)$/i.test(element.tagName)) continue;
      if (!element.checkVisibility(sees) || forReaders(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects())
        if (box.width > 0) found.push({ words, element, box });
    }
    return found;
  };
  const settled = async () => {
    await document.fonts.ready;
    // lines that are fitted to their boxes follow a change of size a frame later
    for (let frame = 0; frame < 3; frame += 1)
      await new Promise((next) => requestAnimationFrame(next));
  };
"""

CONTRASTS = f"""
async (leastAllowed) => {{
  {_TEXTS}
  const parse = (text) => {{
    const found = /^rgba?\\(([^)]+)\\)$/.exec(text);
    if (!found) throw new Error(`a colour this test cannot read: ${{text}}`);
    const [r, g, b, a = 1] = found[1].split(",").map(Number);
    return {{ rgb: [r, g, b], a }};
  }};
  const over = (above, below) =>
    above.rgb.map((part, i) => part * above.a + below[i] * (1 - above.a));
  // every colour that may lie under the element: of a gradient, each of its stops
  const under = (element) => {{
    if (!element) return [[255, 255, 255]];
    const style = getComputedStyle(element);
    const colour = parse(style.backgroundColor);
    const base = colour.a === 1
      ? [colour.rgb]
      : under(element.parentElement).map((below) => over(colour, below));
    const stops = style.backgroundImage.match(/rgba?\\([^)]+\\)/g);
    if (!stops) return base;
    return stops.map(parse).flatMap((stop) => base.map((below) => over(stop, below)));
  }};
  const bright = (rgb) => {{
    const [r, g, b] = rgb.map((part) => part / 255).map((part) =>
      part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }};
  const contrast = (one, other) => {{
    const [low, high] = [bright(one), bright(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }};
  const opacity = (element) =>
    element
      ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement)
      : 1;
  await settled();
  return texts().flatMap(({{ words, element }}) => {{
    const ink = parse(getComputedStyle(element).color);
    ink.a *= opacity(element);
    const worst = Math.min(
      ...under(element).map((below) => contrast(over(ink, below), below)));
    return worst < leastAllowed ? [`${{words}}: ${{worst.toFixed(1)}}`] : [];
  }});
}}
"""
"""The texts whose contrast with what lies under them is less than this."""

SMALL_TARGETS = """
(least) =>
  [...document.querySelectorAll("button, a, summary, [role=button], [role=tab]")]
    .filter((target) => target.checkVisibility({ visibilityProperty: true }))
    .map((target) => ({ target, box: target.getBoundingClientRect() }))
    .filter(({ box }) => Math.min(box.width, box.height) < least)
    .map(({ target, box }) =>
      `${target.innerText}: ${Math.round(box.width)} × ${Math.round(box.height)}`)
"""
"""What a finger has to press that is smaller than this, either way."""

CUT_OFF = f"""
async () => {{
  {_TEXTS}
  const SLACK = 1.5;
  // of a line's box the middle, where its signs are
  const signs = (box) => {{
    const middle = (box.top + box.bottom) / 2;
    const half = (box.bottom - box.top) * 0.31;
    const [top, bottom] = [middle - half, middle + half];
    return {{ left: box.left, right: box.right, top, bottom }};
  }};
  const outside = (inner, outer, x, y) =>
    (x && (inner.left < outer.left - SLACK || inner.right > outer.right + SLACK)) ||
    (y && (inner.top < outer.top - SLACK || inner.bottom > outer.bottom + SLACK));
  const isCut = (element, box) => {{
    let [x, y] = [true, true];
    for (let at = element; at && at !== document.body; at = at.parentElement) {{
      const {{ overflowX, overflowY, display }} = getComputedStyle(at);
      if (display === "inline" || display === "contents") continue;
      // what can be scrolled to is not lost
      if (/auto|scroll/.test(overflowX)) x = false;
      if (/auto|scroll/.test(overflowY)) y = false;
      const clips = [overflowX !== "visible" && x, overflowY !== "visible" && y];
      if (outside(box, at.getBoundingClientRect(), ...clips)) return true;
    }}
    const still = getComputedStyle(document.body).overflowY === "hidden";
    const whole = {{ left: 0, top: 0, right: innerWidth, bottom: innerHeight }};
    return outside(box, whole, x, y && still);
  }};
  // the button, sheet or cell one sees a text on
  const ground = (element) => {{
    for (let at = element; at !== document.body; at = at.parentElement) {{
      const style = getComputedStyle(at);
      if (style.backgroundColor !== "rgba(0, 0, 0, 0)") return at;
      if (style.backgroundImage !== "none") return at;
      if (style.borderLeftWidth !== "0px") return at;
    }}
    return undefined;
  }};
  // what is not wholly in sight of its scroller can be scrolled to
  const isScrolledAway = (element, box) => {{
    for (let at = element; at !== document.body; at = at.parentElement) {{
      if (!/auto|scroll/.test(getComputedStyle(at).overflow)) continue;
      if (outside(box, at.getBoundingClientRect(), true, true)) return true;
    }}
    return false;
  }};
  const apart = (a, b) =>
    a.right <= b.left + SLACK || b.right <= a.left + SLACK ||
    a.bottom <= b.top + SLACK || b.bottom <= a.top + SLACK;
  const look = async () => {{
    await settled();
    const all = texts()
      .map(({{ words, element, box }}) => ({{ words, element, box: signs(box) }}))
      .filter(({{ element, box }}) => !isScrolledAway(element, box));
    const wrong = new Set();
    all.forEach(({{ words, element, box }}, index) => {{
      const on = ground(element);
      if (isCut(element, box)) wrong.add(`cut off: ${{words}}`);
      else if (on && outside(box, on.getBoundingClientRect(), true, true))
        wrong.add(`sticks out: ${{words}}`);
      for (const other of all.slice(index + 1))
        if (element !== other.element && !apart(box, other.box))
          wrong.add(`on each other: ${{words}} / ${{other.words}}`);
    }});
    return wrong;
  }};
  const first = await look();
  if (first.size === 0) return [];
  // a line that has only just come was not fitted yet
  const second = await look();
  return [...first].filter((words) => second.has(words));
}}
"""
"""The texts one cannot read whole: cut off, out of their boxes, or on each other."""
