/**
 * A picture of this page, drawn by itself: its elements and styles inside an SVG, that
 * onto a canvas. A browser that will not do so throws, and the set-up page is told.
 */
const WIDTH = 960;
const XHTML = "http://www.w3.org/1999/xhtml";

export async function takeShot(): Promise<Blob> {
  const { innerWidth: width, innerHeight: height } = window;
  const scale = Math.min(1, WIDTH / width);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg(width, height))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("no canvas");
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, failed) => {
    canvas.toBlob(
      (blob) => (blob ? done(blob) : failed(new Error("no picture"))),
      "image/jpeg",
      0.8,
    );
  });
}

function svg(width: number, height: number): string {
  const rem = getComputedStyle(document.documentElement).fontSize;
  const body = document.body.cloneNode(true) as HTMLElement;
  for (const each of Array.from(body.querySelectorAll("script, img, iframe"))) each.remove();
  body.setAttribute("xmlns", XHTML);
  const inside = new XMLSerializer().serializeToString(body);
  // a picture inside a picture has no document of its own: what was said of html and
  // body is said of the drawing and of its one element
  const styles = allStyles().replace(/(^|[\s,}])html(?=[\s,{])/g, "$1svg");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `style="font-size:${rem}"><style>${escaped(styles)}</style>` +
    `<foreignObject width="100%" height="100%">${inside}</foreignObject></svg>`
  );
}

function allStyles(): string {
  const rules: string[] = [];
  for (const sheet of Array.from(document.styleSheets)) {
    try {
      for (const rule of Array.from(sheet.cssRules)) rules.push(rule.cssText);
    } catch {
      // a sheet from elsewhere: there is none of ours
    }
  }
  // the picture is taken after every motion has come to its end
  return `${rules.join("\n")}\n*{animation:none!important;transition:none!important}`;
}

const escaped = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
