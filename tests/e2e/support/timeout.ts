// Where nothing is in the cache yet, whoever comes first makes the disks of its hosts.
jest.setTimeout(900_000);
