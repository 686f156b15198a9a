// The other side of complete_vs_bpmn_engine: for each line on its input one persisted cycle, timed
// here, so that neither the pipe nor the start of the process counts.
import { fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import BpmnModdle from "bpmn-moddle";
import * as Elements from "bpmn-elements";
import { Engine } from "bpmn-engine";
import serializer, { TypeResolver } from "moddle-context-serializer";

const ORDER = ["first", "second", "left", "right"];
// The condition in its own words, for the same choice.
const source = readFileSync(process.argv[2], "utf8").replace(
  "is_over == 'yes'",
  "${environment.output.is_over}",
);
// Parsed once, as a release of ours is; the state then need not carry the source.
const sourceContext = serializer(await new BpmnModdle().fromXML(source), TypeResolver(Elements));

const engine = () => Engine({ name: "bench", sourceContext });

const file = openSync(process.argv[3], "w");

// Kept as cheaply as can be without losing it in a power cut: over the old bytes, then to the disk.
function persist(text) {
  writeSync(file, text, 0);
  fsyncSync(file);
}

async function saved(api) {
  const state = await api.getState();
  for (const definition of state.definitions) delete definition.source;
  return JSON.stringify(state);
}

async function begin() {
  const fresh = engine();
  const api = await fresh.execute();
  const state = await saved(api);
  await api.stop();
  return state;
}

async function cycle(text, name) {
  const recovered = engine().recover(JSON.parse(text));
  const api = await recovered.resume();
  const waiting = api.getPostponed().find((each) => each.id === name);
  if (!waiting) throw new Error(`nobody waits at ${name}`);
  waiting.signal({ is_over: "no" });
  const state = await saved(api);
  persist(state);
  return { api, state };
}

let state = await begin();
let turn = 0;
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== "cycle") break;
  if (turn === ORDER.length) {
    // A state of its first round: what it keeps of earlier rounds is not counted against it.
    state = await begin();
    turn = 0;
  }
  const began = process.hrtime.bigint();
  const done = await cycle(state, ORDER[turn]);
  const taken = process.hrtime.bigint() - began;
  await done.api.stop();
  state = done.state;
  turn += 1;
  process.stdout.write(`${JSON.stringify({ seconds: Number(taken) / 1e9, bytes: state.length })}\n`);
}
process.exit(0);
