const { jestConfig } = require('@salesforce/sfdx-lwc-jest/config');

// Jest keeps what it compiled beside what else the project makes.
module.exports = { ...jestConfig, cacheDirectory: '<rootDir>/../.cache/jest' };
