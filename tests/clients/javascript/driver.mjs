// node driver.mjs <program> <package> <<< <jobs as a JSON array>
// Runs them all at once and prints what came of each, as one JSON array.
import process from "node:process";
import { text } from "node:stream/consumers";
import { runAll } from "./notebook.mjs";

const [program, name] = process.argv.slice(2);
const [{ run }, client, jobs] = await Promise.all([
  import(`./${program}.mjs`),
  import(name),
  text(process.stdin).then(JSON.parse),
]);
// Version 5 of `eventsource` does not keep a program waiting for its own next try.
const waiting = setInterval(() => {}, 1000);
const outcomes = await runAll((job) => run(client, job), jobs);
clearInterval(waiting);
process.stdout.write(JSON.stringify(outcomes), () => process.exit());
