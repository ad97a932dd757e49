using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>
    /// What was said and is not decided yet, in the order in which it was said. A server that dies between its
    /// acknowledgement and its decision has forgotten it, so it is kept until every NPC that it is for has decided.
    /// </summary>
    internal sealed class Utterances
    {
        private sealed class Said
        {
            public Observe Observe;
            public List<string> Waiting;
            public double Due = double.NegativeInfinity; // when it is sent (again)
            public bool Acknowledged;
        }

        private readonly LinkedList<Said> _said = new LinkedList<Said>();
        private bool _putOff; // the server is busy: only the oldest that it has not taken goes out

        public int Count
        {
            get { return _said.Count; }
        }

        /// <summary>Decisions that are still to come.</summary>
        public int Owed
        {
            get
            {
                int owed = 0;
                foreach (Said said in _said)
                {
                    owed += said.Waiting.Count;
                }
                return owed;
            }
        }

        public void Add(Observe observe)
        {
            _said.AddLast(new Said { Observe = observe, Waiting = new List<string>(observe.Utterance.To) });
        }

        /// <summary>
        /// The first that is due, for those who have not decided; null where none is. Nothing overtakes what was put off.
        /// </summary>
        public Observe Next(double now)
        {
            foreach (Said said in _said)
            {
                if (said.Due <= now)
                {
                    said.Due = now + (said.Acknowledged ? Timings.DecisionAfter : _putOff ? Timings.BusyFor : Timings.RetryAfter);
                    bool all = said.Waiting.Count == said.Observe.Utterance.To.Length;
                    return all ? said.Observe : said.Observe.For(said.Waiting.ToArray());
                }
                if (_putOff && !said.Acknowledged)
                {
                    return null;
                }
            }
            return null;
        }

        /// <summary>The server has them in safe hands; whatever waited behind them may go.</summary>
        public void Acknowledge(string[] ids, double now)
        {
            foreach (string id in ids)
            {
                LinkedListNode<Said> node = Find(id);
                if (node != null)
                {
                    node.Value.Acknowledged = true;
                    node.Value.Due = now + Timings.DecisionAfter;
                }
            }
            if (_putOff)
            {
                Hurry();
            }
        }

        /// <summary>The server was busy: say this one again soon, and nothing newer before it is taken.</summary>
        public void PutOff(string id, double now)
        {
            LinkedListNode<Said> node = Find(id);
            if (node != null && !node.Value.Acknowledged)
            {
                _putOff = true;
                node.Value.Due = now + Timings.BusyFor;
            }
        }

        /// <summary>Say everything again, now: this is another server, or one that has forgotten us.</summary>
        public void RepeatAll()
        {
            foreach (Said said in _said)
            {
                said.Acknowledged = false;
            }
            Hurry();
        }

        private void Hurry()
        {
            _putOff = false;
            foreach (Said said in _said)
            {
                said.Due = said.Acknowledged ? said.Due : double.NegativeInfinity;
            }
        }

        /// <summary>Strike an NPC off an utterance; false where it was not waited for (any more).</summary>
        public bool Settle(string id, string npc)
        {
            LinkedListNode<Said> node = Find(id);
            return node != null && Strike(node, npc);
        }

        /// <summary>The server does not take it, for one NPC or (null) for all.</summary>
        public void Refuse(string id, string npc)
        {
            LinkedListNode<Said> node = Find(id);
            if (node == null)
            {
                return;
            }
            foreach (string waiting in npc != null ? new[] { npc } : node.Value.Waiting.ToArray())
            {
                Strike(node, waiting);
            }
        }

        /// <summary>An NPC has left.</summary>
        public void Forget(string npc)
        {
            LinkedListNode<Said> next;
            for (LinkedListNode<Said> node = _said.First; node != null; node = next)
            {
                next = node.Next;
                Strike(node, npc);
            }
        }

        private bool Strike(LinkedListNode<Said> node, string npc)
        {
            bool waited = node.Value.Waiting.Remove(npc);
            if (waited && node.Value.Waiting.Count == 0)
            {
                _said.Remove(node);
                if (_putOff && !node.Value.Acknowledged)
                {
                    Hurry(); // it may be the one that the others waited for
                }
            }
            return waited;
        }

        private LinkedListNode<Said> Find(string id)
        {
            LinkedListNode<Said> node = _said.First;
            while (node != null && node.Value.Observe.Utterance.Id != id)
            {
                node = node.Next;
            }
            return node;
        }
    }
}
