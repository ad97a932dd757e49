using System;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace NpcEngine
{
    /// <summary>Where a server listens: `tcp://HOST:PORT`.</summary>
    public sealed class Endpoint
    {
        public const string Usual = "tcp://127.0.0.1:5571";
        private const int ConnectMs = 3000;
        private readonly string _host;
        private readonly int _port;

        /// <exception cref="ProtocolException">`endpoint`.</exception>
        public Endpoint(string address)
        {
            Uri uri;
            bool usable = Uri.TryCreate(address, UriKind.Absolute, out uri) && uri.Scheme == "tcp" && uri.Host.Length > 0
                && uri.Port > 0;
            if (!usable)
            {
                throw new ProtocolException("endpoint", "'" + address + "' is no address.",
                                            "Use an address such as " + Usual + ".");
            }
            _host = uri.Host.Trim('[', ']');
            _port = uri.Port;
        }

        public override string ToString()
        {
            return "tcp://" + (_host.Contains(":") ? "[" + _host + "]" : _host) + ":" + _port.ToString(CultureInfo.InvariantCulture);
        }

        /// <summary>A connected socket. Blocks; for a background thread.</summary>
        /// <exception cref="SocketException">Nobody listens there, or there is no such host.</exception>
        internal Socket Connect()
        {
            IPAddress[] addresses = Dns.GetHostAddresses(_host);
            SocketException fault = new SocketException((int)SocketError.HostNotFound);
            foreach (IPAddress address in addresses)
            {
                try
                {
                    return Connect(address);
                }
                catch (SocketException error)
                {
                    fault = error;
                }
            }
            throw fault;
        }

        private Socket Connect(IPAddress address)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                IAsyncResult attempt = socket.BeginConnect(address, _port, null, null);
                if (!attempt.AsyncWaitHandle.WaitOne(ConnectMs))
                {
                    throw new SocketException((int)SocketError.TimedOut);
                }
                socket.EndConnect(attempt);
                return socket;
            }
            catch (SocketException)
            {
                socket.Close();
                throw;
            }
        }
    }
}
