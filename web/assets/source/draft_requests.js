// What the pages of drafts ask the server for: JSON with the token of the page, and a sentence
// for every way it can fail. Nothing is thrown.

const UNREACHED =
  "The server could not be reached, so nothing was saved. What you see here is still there: " +
  "try again when you are connected.";

// Gives {ok, status, body, text, message}: body for JSON, text for a part of a page, message what
// went wrong in words. Status 0 means that no answer came.
export const post = async (url, body) => {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(body),
    });
  } catch {
    return { ok: false, status: 0, body: {}, text: "", message: UNREACHED };
  }
  const text = await response.text();
  const answer = parsed(text);
  return { ok: response.ok, status: response.status, body: answer, text, message: answer.message ?? UNREACHED };
};

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

const parsed = (text) => {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
};
