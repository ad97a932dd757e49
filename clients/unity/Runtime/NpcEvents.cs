using System;
using UnityEngine.Events;

namespace NpcEngine
{
    [Serializable]
    public sealed class DecisionEvent : UnityEvent<Decision>
    {
    }

    [Serializable]
    public sealed class EffectEvent : UnityEvent<Effect>
    {
    }

    [Serializable]
    public sealed class TextEvent : UnityEvent<string>
    {
    }

    [Serializable]
    public sealed class FlagEvent : UnityEvent<bool>
    {
    }
}
