// The text of an expression in a diagram: of a timer, a condition or the end of a repetition.

export const bodyOf = (expression) => expression?.body?.trim() ?? "";

// What is to be set so that the expression says this; everything else it says stays.
export const withBody = (moddle, holder, key, text) => {
  if (!text) return { [key]: undefined };
  const old = holder.get(key);
  const next = moddle.create("bpmn:FormalExpression", { body: text });
  for (const name of ["language", "id", "evaluatesToTypeRef"]) {
    if (old?.[name] !== undefined) next.set(name, old[name]);
  }
  Object.assign(next.$attrs, old?.$attrs);
  next.$parent = holder;
  return { [key]: next };
};
