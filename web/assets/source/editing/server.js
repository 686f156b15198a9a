// Asks the server. Each answer is a plain object: {status, body}; status 0 is a dropped connection.

const token = () => document.querySelector("meta[name='csrf-token']")?.content ?? "";

const bodyOf = async (response) => {
  try {
    return await response.json();
  } catch {
    return null;
  }
};

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
    return { status: 0, body: null };
  }
  const answer = await bodyOf(response);
  // Whoever is signed out is led to the sign-in page, which is no answer to this question.
  if (response.redirected || (response.ok && answer === null)) return { status: 401, body: null };
  return { status: response.status, body: answer ?? {} };
};

export const get = async (url) => {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok || response.redirected) {
    throw new Error(`Expected ${url}, but the server answered ${response.status}.`);
  }
  return response;
};
