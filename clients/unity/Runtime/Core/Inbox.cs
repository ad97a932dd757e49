using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>
    /// Decisions, events and errors that wait for the game's main thread. When it is full, the oldest decision that answers no
    /// words gives way; answers to words are never dropped, and how many there can be is limited where they are
    /// said. Not thread-safe.
    /// </summary>
    public sealed class Inbox
    {
        private readonly int _capacity;
        private readonly LinkedList<Decision> _decisions = new LinkedList<Decision>();
        private readonly Queue<Notice> _events = new Queue<Notice>();
        private readonly Queue<Error> _errors = new Queue<Error>();
        private int _answers;

        public Inbox(int capacity)
        {
            _capacity = capacity;
        }

        /// <summary>Decisions, events and errors that were never taken and gave way.</summary>
        public long Dropped { get; private set; }

        public int Count
        {
            get { return _decisions.Count; }
        }

        /// <summary>Decisions in here that answer words.</summary>
        public int Answers
        {
            get { return _answers; }
        }

        public void Add(Decision decision)
        {
            if (_decisions.Count - _answers >= _capacity && decision.UtteranceId == null)
            {
                DropOldest();
            }
            _decisions.AddLast(decision);
            _answers += decision.UtteranceId != null ? 1 : 0;
        }

        public void Add(Error error)
        {
            if (_errors.Count >= _capacity)
            {
                _errors.Dequeue();
                Dropped++;
            }
            _errors.Enqueue(error);
        }

        public void Add(Notice what)
        {
            if (_events.Count >= _capacity)
            {
                _events.Dequeue();
                Dropped++;
            }
            _events.Enqueue(what);
        }

        /// <summary>The oldest event, or null.</summary>
        public Notice TakeEvent()
        {
            return _events.Count == 0 ? null : _events.Dequeue();
        }

        /// <summary>The oldest decision, or null.</summary>
        public Decision TakeDecision()
        {
            if (_decisions.Count == 0)
            {
                return null;
            }
            Decision first = _decisions.First.Value;
            _decisions.RemoveFirst();
            _answers -= first.UtteranceId != null ? 1 : 0;
            return first;
        }

        /// <summary>The oldest error, or null.</summary>
        public Error TakeError()
        {
            return _errors.Count > 0 ? _errors.Dequeue() : null;
        }

        private void DropOldest()
        {
            LinkedListNode<Decision> node = _decisions.First;
            while (node.Value.UtteranceId != null)
            {
                node = node.Next;
            }
            _decisions.Remove(node);
            Dropped++;
        }
    }
}
