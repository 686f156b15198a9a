// Reads and writes what our diagrams carry in extension elements.
//
// No description of that namespace is given to the library: what it has no description of it keeps
// as it stands, what it has one of it drops when a file says more. Each write makes new extension
// elements, so that undo has the old ones.

const SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core";
const KEPT_APART = new Set(["$type", "$children", "$body", "$parent", "$descriptor", "$model"]);

export const isOurs = (node, name) => {
  const { ns, name: full = "" } = node.$descriptor ?? {};
  const local = ns?.localName ?? full.split(":").pop();
  return ns?.uri === SPIFF && local === name;
};

const valuesOf = (bo) => bo.extensionElements?.get("values") ?? [];
const childrenOf = (node) => node?.$children ?? [];
const attributesOf = (node) =>
  Object.fromEntries(
    Object.entries(node).filter(([key, value]) => !KEPT_APART.has(key) && typeof value !== "function"),
  );

// Gives a copy that shares nothing with its original; works for elements nobody described.
export const copyOf = (node, moddle) => {
  const { ns, name } = node.$descriptor;
  const copy = moddle.createAny(name, ns.uri, attributesOf(node));
  if (node.$body !== undefined) copy.$body = node.$body;
  if (node.$children) {
    copy.$children = node.$children.map((child) => copyOf(child, moddle));
    for (const child of copy.$children) child.$parent = copy;
  }
  return copy;
};

export class Extensions {
  constructor(moddle, commandStack) {
    this.moddle = moddle;
    this.commandStack = commandStack;
  }

  properties(bo) {
    const holders = valuesOf(bo).filter((node) => isOurs(node, "properties"));
    const found = holders.flatMap(childrenOf).filter((node) => isOurs(node, "property"));
    return Object.fromEntries(found.map((node) => [node.name, node.value ?? ""]));
  }

  operator(bo) {
    const node = valuesOf(bo).find((one) => isOurs(one, "serviceTaskOperator"));
    const holder = childrenOf(node).find((one) => isOurs(one, "parameters"));
    const parameters = childrenOf(holder).map(({ id, value }) => [id, value ?? ""]);
    return { id: node?.id ?? "", result: node?.resultVariable ?? "", parameters: Object.fromEntries(parameters) };
  }

  decision(bo) {
    return valuesOf(bo).find((one) => isOurs(one, "calledDecisionId"))?.$body?.trim() ?? "";
  }

  // What stands there that no field of the panel edits: [label, remove].
  others(element, bo, known) {
    const properties = Object.keys(this.properties(bo)).filter((name) => !known.has(name));
    const plain = valuesOf(bo).filter(
      (node) => !["properties", "serviceTaskOperator", "calledDecisionId"].some((name) => isOurs(node, name)),
    );
    return [
      ...properties.map((name) => [
        `${name}: ${this.properties(bo)[name]}`,
        () => this.setProperty(element, bo, name, ""),
      ]),
      ...plain.map((node) => [
        node.$type,
        () => this.write(element, bo, (values) => values.filter((_, at) => valuesOf(bo)[at] !== node)),
      ]),
    ];
  }

  setProperty(element, bo, name, value) {
    this.write(element, bo, (values) => this.withProperty(values, name, value));
  }

  withProperty(values, name, value) {
    const holder = values.find((node) => isOurs(node, "properties"));
    const known = values
      .filter((node) => isOurs(node, "properties"))
      .flatMap(childrenOf)
      .find((node) => isOurs(node, "property") && node.name === name);
    if (value && known) {
      known.value = value;
      return values;
    }
    if (value) {
      const target = holder ?? this.any(values, "properties", {});
      add(target, this.any(values, "property", { name, value }));
      return holder ? values : [...values, target];
    }
    for (const node of values) {
      if (isOurs(node, "properties")) node.$children = childrenOf(node).filter((child) => child !== known);
    }
    // An empty holder says nothing, and a property without a value is refused by the engine.
    return values.filter((node) => !isOurs(node, "properties") || node.$children.length);
  }

  // change: {id, result, parameters}; what is left out stays. known: the names the operation takes.
  setOperator(element, bo, change, known) {
    const now = this.operator(bo);
    const next = { ...now, ...change, parameters: { ...now.parameters, ...change.parameters } };
    this.write(element, bo, (values) => {
      const old = values.find((node) => isOurs(node, "serviceTaskOperator"));
      const node = old ?? this.any(values, "serviceTaskOperator", {});
      node.id = next.id;
      if (next.result) node.resultVariable = next.result;
      else delete node.resultVariable;
      this.setParameters(values, node, next.parameters, known);
      if (!next.id) return values.filter((one) => one !== node);
      return old ? values : [...values, node];
    });
  }

  setParameters(values, node, wanted, known) {
    let holder = childrenOf(node).find((one) => isOurs(one, "parameters"));
    if (!holder) add(node, (holder = this.any(values, "parameters", {})));
    const left = Object.entries(wanted).filter(([name, value]) => value && (!known || known.has(name)));
    const old = new Map(childrenOf(holder).map((child) => [child.id, child]));
    holder.$children = left.map(([id, value]) => {
      const child = old.get(id) ?? this.any(values, "parameter", { id, type: "str" });
      child.value = value;
      child.$parent = holder;
      return child;
    });
  }

  setDecision(element, bo, id) {
    this.write(element, bo, (values) => {
      const old = values.find((node) => isOurs(node, "calledDecisionId"));
      if (!id) return values.filter((node) => node !== old);
      const node = old ?? this.any(values, "calledDecisionId", {});
      node.$body = id;
      return old ? values : [...values, node];
    });
  }

  // change is given copies of what stands there and gives what is to stand there.
  write(element, bo, change) {
    const copies = valuesOf(bo).map((node) => (node.$descriptor?.isGeneric ? copyOf(node, this.moddle) : node));
    const values = change(copies);
    let extensionElements;
    if (values.length) {
      extensionElements = this.moddle.create("bpmn:ExtensionElements", { values });
      extensionElements.$parent = bo;
      for (const value of values) value.$parent = extensionElements;
    }
    this.commandStack.execute("element.updateModdleProperties", {
      element,
      moddleElement: bo,
      properties: { extensionElements },
    });
  }

  any(values, name, attributes) {
    const ours = values.find((node) => node.$descriptor?.ns?.uri === SPIFF);
    const prefix = ours?.$descriptor.ns.prefix ?? "spiffworkflow";
    return this.moddle.createAny(`${prefix}:${name}`, SPIFF, attributes);
  }
}

const add = (parent, child) => {
  parent.$children = [...childrenOf(parent), child];
  child.$parent = parent;
};
