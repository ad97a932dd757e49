using System;
using System.Net.Sockets;

namespace NpcEngine
{
    /// <summary>
    /// One TCP connection that speaks ZMTP. One thread may receive while another sends; <see cref="Close"/> may be
    /// called from any thread and unblocks both.
    /// </summary>
    internal sealed class ZmtpLink
    {
        private const int HandshakeMs = 3000;
        private const int SilenceMs = 10000; // a living server answers a ping every second
        private readonly Socket _socket;
        private readonly ZmtpPeer _peer;
        private readonly object _sending = new object();
        private readonly byte[] _chunk = new byte[64 * 1024];

        private ZmtpLink(Socket socket, ZmtpPeer peer)
        {
            _socket = socket;
            _peer = peer;
        }

        /// <summary>Shake hands on a connected socket, which is closed where that fails.</summary>
        /// <exception cref="ZmtpException">The other side is no server, or refuses us.</exception>
        /// <exception cref="SocketException">The connection broke.</exception>
        public static ZmtpLink Open(Socket socket, ZmtpPeer peer)
        {
            var link = new ZmtpLink(socket, peer);
            try
            {
                socket.SendTimeout = SilenceMs;
                socket.ReceiveTimeout = HandshakeMs;
                link.Flush();
                while (!peer.Ready)
                {
                    link.Read();
                }
                socket.ReceiveTimeout = SilenceMs;
                return link;
            }
            catch (Exception)
            {
                link.Close();
                throw;
            }
        }

        /// <summary>The parts of the next message; waits for it.</summary>
        public byte[][] Receive()
        {
            byte[][] message;
            while ((message = _peer.TakeMessage()) == null)
            {
                Read();
            }
            return message;
        }

        /// <summary>Blocks while the server reads nothing, for ten seconds at most.</summary>
        public void Send(byte[][] parts)
        {
            lock (_sending)
            {
                for (int i = 0; i < parts.Length; i++)
                {
                    SendPart(parts[i], i + 1 < parts.Length);
                }
            }
        }

        public void Close()
        {
            Close(_socket);
        }

        /// <summary>Closing alone leaves a receiving thread asleep on some platforms; a shutdown wakes it on all.</summary>
        public static void Close(Socket socket)
        {
            try
            {
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // not connected (any more)
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            socket.Close();
        }

        /// <summary>Small parts leave in one packet with their prefix; pixels are not copied.</summary>
        private void SendPart(byte[] part, bool more)
        {
            byte[] prefix = ZmtpPeer.PartPrefix(part.Length, more);
            if (part.Length > 4096)
            {
                SendAll(prefix);
                SendAll(part);
                return;
            }
            var whole = new byte[prefix.Length + part.Length];
            prefix.CopyTo(whole, 0);
            part.CopyTo(whole, prefix.Length);
            SendAll(whole);
        }

        private void SendAll(byte[] bytes)
        {
            for (int sent = 0; sent < bytes.Length;)
            {
                sent += _socket.Send(bytes, sent, bytes.Length - sent, SocketFlags.None);
            }
        }

        private void Read()
        {
            int count = _socket.Receive(_chunk);
            if (count == 0)
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }
            _peer.Feed(_chunk, count);
            Flush();
        }

        /// <summary>Send what the peer answers by itself: handshake and heartbeats.</summary>
        private void Flush()
        {
            byte[] bytes;
            while ((bytes = _peer.TakeOutgoing()) != null)
            {
                lock (_sending)
                {
                    SendAll(bytes);
                }
            }
        }
    }
}
