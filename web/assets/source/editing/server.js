// Reads what the editors need from the server; what is sent to it goes through draft_requests.

export { post } from "../draft_requests.js";

export const get = async (url) => {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok || response.redirected) {
    throw new Error(`Expected ${url}, but the server answered ${response.status}.`);
  }
  return response;
};
