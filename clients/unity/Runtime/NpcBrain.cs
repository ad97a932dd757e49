using System.Collections.Generic;
using UnityEngine;

namespace NpcEngine
{
    /// <summary>
    /// One character. Tell it what the player says with <see cref="Say"/>; it answers with decisions, in the order
    /// in which they were made. While the server is away a fallback decides instead, and the game need not ask.
    /// </summary>
    [AddComponentMenu("NPC Engine/NPC Brain")]
    [DisallowMultipleComponent]
    public sealed class NpcBrain : MonoBehaviour
    {
        [Tooltip("The game's id for this NPC, different for each; the object's name if left empty.")]
        [SerializeField] private string npcId = "";

        [Tooltip("Name of a card that the server knows: guard, healer, merchant, coward, bard, hermit, blacksmith, elder, or your own.")]
        [SerializeField] private string persona = "guard";

        [Tooltip("Phrases to look out for in every frame, beside those on the card.")]
        [SerializeField] private string[] watch = new string[0];

        [Tooltip("Where its pictures come from; the first in the scene if left empty. Without one it hears and does not see.")]
        [SerializeField] private NpcFrameCapture capture;

        [Tooltip("What it does while the server is away.")]
        [SerializeField] private string offlineAction = "idle";

        [Tooltip("What it says when spoken to while the server is away, in turn.")]
        [SerializeField] private string[] offlineLines = { "Give me a moment. My head is spinning." };

        [Tooltip("Every decision, also those without words.")]
        [SerializeField] private DecisionEvent onDecided = new DecisionEvent();

        [Tooltip("Every line that it says.")]
        [SerializeField] private TextEvent onLine = new TextEvent();

        [Tooltip("Every action that begins.")]
        [SerializeField] private TextEvent onAction = new TextEvent();

        [Tooltip("What the game carries out beside the action, such as a sale; each comes once.")]
        [SerializeField] private EffectEvent onEffect = new EffectEvent();

        [Tooltip("The server has come (true) or gone (false).")]
        [SerializeField] private FlagEvent onOnline = new FlagEvent();

        [Tooltip("What the server refused, with what to do about it.")]
        [SerializeField] private TextEvent onFailed = new TextEvent();

        private readonly Dictionary<string, object> _state = new Dictionary<string, object>();
        private IFallback _fallback;
        private NpcConnection _connection;
        private string _answered; // the utterance that it spoke to last
        private long _doneSeq = long.MaxValue; // the observation that told of it
        private string _action = "";

        public string NpcId
        {
            get { return npcId.Length > 0 ? npcId : name; }
        }

        /// <summary>Name of a card, or a whole card as a map; takes effect when the component is enabled.</summary>
        public object Persona
        {
            get { return (object)Card ?? persona; }
        }

        /// <summary>A whole card (string keys; text, numbers, lists and maps) in place of a name, or null.</summary>
        public IDictionary<string, object> Card { get; set; }

        public string[] Watch
        {
            get { return watch; }
        }

        public DecisionEvent Decided
        {
            get { return onDecided; }
        }

        public TextEvent Line
        {
            get { return onLine; }
        }

        public TextEvent Action
        {
            get { return onAction; }
        }

        /// <summary>What the game carries out beside the action, in the order of <see cref="Decision.Effects"/>; each comes once.</summary>
        public EffectEvent Effect
        {
            get { return onEffect; }
        }

        public FlagEvent OnlineChanged
        {
            get { return onOnline; }
        }

        public TextEvent Failed
        {
            get { return onFailed; }
        }

        /// <summary>The newest decision, or null.</summary>
        public Decision Last { get; private set; }

        /// <summary>What the game tells with every observation, e.g. `State["near"] = "well"`. At most 64 entries.</summary>
        public IDictionary<string, object> State
        {
            get { return _state; }
        }

        /// <summary>Decides while the server is away.</summary>
        public IFallback Fallback
        {
            get { return _fallback ?? (_fallback = new RoutineFallback(offlineAction, offlineLines)); }
            set { _fallback = value; }
        }

        /// <summary>Settings for a brain that is made by code; call it before the component is enabled.</summary>
        public void Configure(string id, string card, NpcFrameCapture source = null, params string[] watched)
        {
            npcId = id;
            persona = card;
            capture = source;
            watch = watched;
        }

        /// <summary>Tell it what the player says. The answer comes as a decision: from the server, or from the fallback.</summary>
        /// <param name="speaker">Who says it; another NPC speaks under its own id.</param>
        public void Say(string text, string speaker = "player")
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                return;
            }
            if (_connection == null || !_connection.Online || _connection.Client == null)
            {
                Decide(Fallback.Decide(NpcId, text));
            }
            else if (capture == null || !capture.Request(frame => Send(text, frame, speaker)))
            {
                Send(text, null, speaker);
            }
        }

        /// <summary>What it was doing is done. Told with every observation until a decision has taken note.</summary>
        public void Done()
        {
            _state["done"] = _action.Length > 0 ? (object)_action : true;
            _doneSeq = long.MaxValue;
        }

        /// <summary>Where the decision points, as a ray from the camera that took the picture. False where it points nowhere.</summary>
        /// <remarks>The camera may have moved since the picture was taken: resolve targets when they come.</remarks>
        public bool TryAim(Decision decision, out Ray ray, float atLeast = 0.5f)
        {
            Camera eye = capture != null ? capture.Eye : null;
            bool aims = decision.Target != null && decision.Target.P >= atLeast && eye != null;
            ray = aims
                ? eye.ViewportPointToRay(new Vector3((float)decision.Target.X, 1 - (float)decision.Target.Y, 0))
                : new Ray();
            return aims;
        }

        internal void Decide(Decision decision)
        {
            Last = decision;
            _answered = decision.UtteranceId ?? _answered;
            if (decision.Seq >= _doneSeq)
            {
                _state.Remove("done");
                _doneSeq = long.MaxValue;
            }
            bool begins = decision.Action != _action || decision.UtteranceId != null || decision.Offline;
            _action = decision.Action;
            onDecided.Invoke(decision);
            if (begins)
            {
                onAction.Invoke(decision.Action);
            }
            foreach (Effect effect in decision.Effects)
            {
                onEffect.Invoke(effect);
            }
            if (decision.Line.Length > 0)
            {
                onLine.Invoke(decision.Line);
            }
        }

        /// <summary>A second voice words the last line anew; one that belongs to older words comes too late.</summary>
        internal void Reword(Notice line)
        {
            if (_answered != null && _answered == line.UtteranceId)
            {
                onLine.Invoke(line.Text);
            }
        }

        /// <summary>The state went out with this observation.</summary>
        internal void Shown(long seq)
        {
            if (seq > 0 && _state.ContainsKey("done") && _doneSeq == long.MaxValue)
            {
                _doneSeq = seq;
            }
        }

        internal void PresenceChanged(bool online)
        {
            onOnline.Invoke(online);
            if (!online)
            {
                Decide(Fallback.Decide(NpcId, ""));
            }
        }

        internal void Fail(string what)
        {
            Debug.LogWarning("NPC '" + NpcId + "': " + what, this);
            onFailed.Invoke(what);
        }

        private void OnEnable()
        {
            npcId = NpcId; // a renamed object stays who it is
            if (capture == null)
            {
                capture = NpcFrameCapture.Existing;
            }
            _connection = NpcConnection.Current;
            _connection.Enter(this);
            if (capture != null)
            {
                capture.Add(this);
            }
        }

        private void OnDisable()
        {
            if (capture != null)
            {
                capture.Remove(this);
            }
            if (_connection != null)
            {
                _connection.Leave(this);
            }
        }

        private void Send(string text, Frame frame, string speaker)
        {
            try
            {
                _connection?.Client?.Say(new[] { NpcId }, text, frame, speaker, _state, Time.timeAsDouble);
            }
            catch (ProtocolException error)
            {
                Fail(error.ToString());
            }
        }
    }
}
