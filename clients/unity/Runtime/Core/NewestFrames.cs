using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>One slot for each group of NPCs that share a view: a newer frame takes the place of one that waits.</summary>
    internal sealed class NewestFrames
    {
        private readonly Dictionary<string, Observe> _slots = new Dictionary<string, Observe>();
        private readonly Queue<string> _turns = new Queue<string>();

        /// <summary>Frames that gave way.</summary>
        public long Superseded { get; private set; }

        public void Put(Observe observe)
        {
            string view = string.Join("\n", observe.Npcs);
            Observe older;
            if (_slots.TryGetValue(view, out older))
            {
                older.Frame?.Release();
                Superseded++;
            }
            else
            {
                _turns.Enqueue(view);
            }
            _slots[view] = observe;
        }

        /// <summary>The frame whose turn it is, or null.</summary>
        public Observe Take()
        {
            if (_turns.Count == 0)
            {
                return null;
            }
            string view = _turns.Dequeue();
            Observe observe = _slots[view];
            _slots.Remove(view);
            return observe;
        }

        public void Clear()
        {
            for (Observe observe = Take(); observe != null; observe = Take())
            {
                observe.Frame?.Release();
            }
        }
    }
}
