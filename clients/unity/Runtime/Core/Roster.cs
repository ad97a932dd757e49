using System;
using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>The NPCs of a session, who of them stands, and what the server must still be told of them.</summary>
    internal sealed class Roster
    {
        private readonly Dictionary<string, Spawn> _npcs = new Dictionary<string, Spawn>();
        private readonly Dictionary<string, string> _names = new Dictionary<string, string>();
        private readonly Dictionary<string, Look[]> _looks = new Dictionary<string, Look[]>(); // by phrase
        private readonly Queue<Message> _outbox = new Queue<Message>();

        public bool Has(string npc)
        {
            return _npcs.ContainsKey(npc);
        }

        /// <summary>Its name on the card while it stands, or null.</summary>
        public string NameOf(string npc)
        {
            string name;
            return _names.TryGetValue(npc, out name) ? name : null;
        }

        public void Enter(Spawn spawn)
        {
            _npcs[spawn.Npc] = spawn;
            _names.Remove(spawn.Npc);
            _outbox.Enqueue(spawn);
        }

        /// <summary>False where it was not there.</summary>
        public bool Leave(string npc)
        {
            if (!_npcs.Remove(npc))
            {
                return false;
            }
            _names.Remove(npc);
            _outbox.Enqueue(new Despawn(npc));
            return true;
        }

        /// <summary>These pictures show a phrase, in the place of those before; none: it is forgotten.</summary>
        public void Show(string phrase, Look[] pictures, bool told)
        {
            bool known = _looks.Remove(phrase);
            if (pictures.Length > 0)
            {
                _looks.Add(phrase, pictures);
            }
            if (!told)
            {
                return;
            }
            if (known || pictures.Length == 0)
            {
                _outbox.Enqueue(new Look(phrase));
            }
            Array.ForEach(pictures, _outbox.Enqueue);
        }

        /// <summary>The server has it.</summary>
        public void Stand(Spawned spawned)
        {
            if (Has(spawned.Npc))
            {
                _names[spawned.Npc] = spawned.Name;
            }
        }

        /// <summary>The server does not want it.</summary>
        public void Refuse(string npc)
        {
            _npcs.Remove(npc);
        }

        /// <summary>The next message, or null.</summary>
        public Message Next()
        {
            return _outbox.Count > 0 ? _outbox.Dequeue() : null;
        }

        /// <summary>
        /// Spawn everybody, also where the session was resumed: a repeated spawn changes nothing, a missing one would be
        /// fatal. Only there somebody stands who has to go: despawns that were not sent yet come first.
        /// </summary>
        /// <param name="looks">Whether the server takes pictures of phrases; they go before whoever watches for them.</param>
        public void IntroduceAll(bool resumed, bool looks)
        {
            Message[] unsent = _outbox.ToArray();
            _outbox.Clear();
            _names.Clear();
            foreach (Message message in unsent)
            {
                if (resumed && message is Despawn)
                {
                    _outbox.Enqueue(message);
                }
            }
            if (looks)
            {
                foreach (Look[] pictures in _looks.Values)
                {
                    Array.ForEach(pictures, _outbox.Enqueue);
                }
            }
            foreach (Spawn spawn in _npcs.Values)
            {
                _outbox.Enqueue(spawn);
            }
        }
    }
}
