// What programs are told: the description of the API, as everybody else's tools read it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { House } from "./house.mjs";

let house;

before(async () => {
  house = await House.open(1);
});
after(() => house?.close());

// The validator brings the schema that the OpenAPI Initiative publishes for 3.1.
test("the description holds to the published schema of OpenAPI 3.1", async () => {
  const answer = await fetch(`${house.base}/api/openapi.json`);
  const validator = new Validator();
  const { valid, errors } = await validator.validate(await answer.json());
  assert.equal(validator.version, "3.1");
  assert.ok(valid, JSON.stringify(errors, null, 1));
});

test("a description that leaves something out does not hold to it", async () => {
  const described = await (await fetch(`${house.base}/api/openapi.json`)).json();
  delete described.info.title;
  assert.equal((await new Validator().validate(described)).valid, false);
});
