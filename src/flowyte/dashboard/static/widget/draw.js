// The button, and the shadow root in which all of the chat lives: nothing that the page styles comes in, or goes out.

export async function draw(shown, assets, place) {
  const css = await (await fetch(`${assets}widget/widget.css`, { credentials: "omit" })).text();
  const element = document.createElement("flowyte-chat");
  const shadow = element.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [sheet(css), sheet(colours(shown.theme))];
  const root = document.createElement("aside");
  root.className = `root ${shown.theme.corner} ${shown.theme.size}`;
  root.lang = shown.copy.language;
  root.dir = shown.copy.direction;
  root.setAttribute("aria-label", shown.copy.title);
  const button = document.createElement("button");
  button.className = `launcher ${shown.theme.launcher}`;
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-label", shown.copy.launcherLabel);
  const label = document.createElement("span");
  label.textContent = shown.copy.launcherLabel;
  button.append(icon("M4 5h16v11H9l-5 4z"), label);
  root.append(button);
  shadow.append(root);
  place.append(element);
  return { element, root, button };
}

/** A constructed sheet: a page that forbids inline styles allows it. */
export function sheet(text) {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}

export function icon(path) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(drawn.namespaceURI, "path");
  line.setAttribute("d", path);
  drawn.append(line);
  return drawn;
}

function colours({ scheme, light, dark, radius }) {
  const root = (palette, name) => `.root{color-scheme:${name};--radius:${radius}px;${Object.entries(palette).map(([each, value]) => `--${each}:${value};`).join("")}}`;
  if (scheme !== "auto") return root(scheme === "dark" ? dark : light, scheme);
  return `${root(light, "light")}@media (prefers-color-scheme:dark){${root(dark, "dark")}}`;
}
