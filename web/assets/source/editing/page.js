// What the page of an editor tells its script.

export const pageOf = ({ dataset }) => {
  const { path, version, mayEdit, findings, ...addresses } = dataset;
  return {
    ...addresses,
    path,
    name: path.split("/").pop(),
    version: Number(version),
    mayEdit: mayEdit === "true",
    copy: `spoc:unsaved:${addresses.save}`,
    findings: JSON.parse(findings || "[]"),
  };
};
