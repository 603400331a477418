// N waits at once on Node.js: node node_waits.mjs N MILLISECONDS

const sleep = (millis) => new Promise((done) => setTimeout(done, millis));

async function wait(number, millis) {
  await sleep(millis);
  return number;
}

async function main(count, millis) {
  const promises = [];
  for (let number = 0; number < count; number++) {
    promises.push(wait(number, millis));
  }
  let total = 0;
  for (const promise of promises) {
    total += await promise;
  }
  return total;
}

const [count, millis] = process.argv.slice(-2).map(Number);
const start = performance.now();
const total = await main(count, millis);
const seconds = (performance.now() - start) / 1000;
console.log(`${count} ${total} ${seconds}`);
// Whoever measures this looks at the process now, and then closes its input.
process.stdin.resume();
