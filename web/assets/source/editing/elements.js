// Makes elements of a page. Text is always set as text, so nothing of a file becomes markup.

export const make = (name, attributes = {}, ...children) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== null));
  return node;
};

export const button = (text, act, { kind = "secondary", ...more } = {}) =>
  make("button", { type: "button", class: `govuk-button govuk-button--${kind}`, onclick: act, ...more }, text);

export const link = (text, href, more = {}) => make("a", { class: "govuk-link", href, ...more }, text);

export const paragraph = (...children) => make("p", { class: "govuk-body" }, ...children);

// A notice above the drawing, with a heading that says what it is about.
export const notice = (id, heading, ...children) =>
  make(
    "section",
    { class: "editor-notice", id, "aria-labelledby": `${id}-heading`, tabindex: "-1" },
    make("h2", { class: "govuk-heading-m", id: `${id}-heading` }, heading),
    ...children,
  );

export const download = (name, content) => {
  const address = URL.createObjectURL(new Blob([content], { type: "application/xml" }));
  const anchor = make("a", { href: address, download: name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  URL.revokeObjectURL(address);
};

const HERE = { timeZone: "Europe/London" };

// "10:41", and with the day when it was not today.
export const timeOf = (moment) => {
  const then = new Date(moment);
  const time = then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...HERE });
  if (then.toDateString() === new Date().toDateString()) return time;
  const day = then.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", ...HERE });
  return `${time} on ${day}`;
};

export const later = (act, delay) => {
  let timer;
  const wait = (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), delay);
  };
  wait.cancel = () => clearTimeout(timer);
  return wait;
};
