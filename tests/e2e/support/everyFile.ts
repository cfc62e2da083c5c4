// With an empty cache, the first test builds the disks of its hosts.
jest.setTimeout(900_000);
