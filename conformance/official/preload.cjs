// Given to the server as --node-preload: every TLS connection of a bundle goes
// to the switchboard, in clear, which tells vendors apart by the Host header.
const net = require('node:net')
const tls = require('node:tls')

tls.connect = (...args) => {
  const socket = net.connect({ host: '127.0.0.1', port: SWITCHBOARD_PORT })
  socket.encrypted = socket.authorized = true
  socket.getPeerCertificate = () => ({})
  socket.getSession = socket.getProtocol = () => undefined
  socket.isSessionReused = () => false
  socket.on('connect', () => socket.emit('secureConnect'))
  const done = args.find((arg) => typeof arg === 'function')
  if (done) socket.on('secureConnect', done)
  return socket
}
