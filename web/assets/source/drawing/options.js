// Words of the vocabulary as things to choose, and names of variables as words.

export const optionsOf = (named = []) =>
  named.map((one) => ({
    value: one.value ?? one.id ?? one.name,
    label: one.label ?? one.name ?? one.value,
    hint: one.documentation ?? "",
  }));

export const plain = (name) => {
  const words = name.replace(/[_.]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};
