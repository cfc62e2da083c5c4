import { identityTests } from "../e2e/support/identity";

describe("A cluster with a hundred requests a second", () => identityTests(4));
