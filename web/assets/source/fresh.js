// The progress of a long change: read anew every few seconds while it works, in its place on the page.

const EVERY = 3000;

const read = async () => {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.getElementById("progress");
};

export const keepFresh = () => {
  const place = document.getElementById("progress");
  if (!place || place.dataset.refresh !== "yes") return;
  const again = async () => {
    const now = await read().catch(() => null);
    // What else stands on the page is different once the work is over.
    if (now && now.dataset.refresh !== "yes") return window.location.reload();
    if (now) place.replaceChildren(...now.childNodes);
    return window.setTimeout(again, EVERY);
  };
  window.setTimeout(again, EVERY);
};
